/*
 * The dynamic channels that FreeRDP serves itself
 *
 * Copyright 2026 the winedvc authors
 *
 * This library is free software; you can redistribute it and/or
 * modify it under the terms of the GNU Lesser General Public
 * License as published by the Free Software Foundation; either
 * version 2.1 of the License, or (at your option) any later version.
 *
 * This library is distributed in the hope that it will be useful,
 * but WITHOUT ANY WARRANTY; without even the implied warranty of
 * MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
 * Lesser General Public License for more details.
 *
 * You should have received a copy of the GNU Lesser General Public
 * License along with this library; if not, write to the Free Software
 * Foundation, Inc., 51 Franklin St, Fifth Floor, Boston, MA 02110-1301, USA
 */

#include <stddef.h>

#include "names.h"

const struct client_name client_names[] =
{
    { "ainput", "FreeRDP::Advanced::Input" },
    { "audin", "AUDIO_INPUT" },
    { "disp", "Microsoft::Windows::RDS::DisplayControl" },
    { "echo", "ECHO" },
    { "geometry", "Microsoft::Windows::RDS::Geometry::v08.01" },
    { "location", "Microsoft::Windows::RDS::Location" },
    { "rdpear", "Microsoft::Windows::RDS::AuthRedirection" },
    { "rdpecam", "RDCamera_Device_Enumerator" },
    { "rdpei", "Microsoft::Windows::RDS::Input" },
    { "rdpewa", "WebAuthN_Channel" },
    { "rdpgfx", "Microsoft::Windows::RDS::Graphics" },
    { "rdpsnd", "AUDIO_PLAYBACK_DVC" },
    { "rdpsnd", "AUDIO_PLAYBACK_LOSSY_DVC" },
    { "sshagent", "SSHAGENT" },
    { "telemetry", "Microsoft::Windows::RDS::Telemetry" },
    { "tsmf", "TSMF" },
    { "urbdrc", "URBDRC" },
    { "video", "Microsoft::Windows::RDS::Video::Control::v08.01" },
    { "video", "Microsoft::Windows::RDS::Video::Data::v08.01" },
    { NULL, NULL }
};

/*
 * Doubly linked lists, with the interface of Wine's header of this name
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

#ifndef __WINE_SERVER_LIST_H
#define __WINE_SERVER_LIST_H

#include <stddef.h>

/* For builds outside a Wine tree, whose header is not packaged. The list's head is an element
 * without a container: an empty one points to itself. Callers lock. */

struct list
{
    struct list *next;
    struct list *prev;
};

#define LIST_ENTRY( element, type, field ) \
    ((type *)((char *)(element) - offsetof( type, field )))

static inline void list_init( struct list *list )
{
    list->next = list->prev = list;
}

static inline int list_empty( const struct list *list )
{
    return list->next == list;
}

static inline void list_add_after( struct list *element, struct list *added )
{
    added->prev = element;
    added->next = element->next;
    element->next->prev = added;
    element->next = added;
}

static inline void list_add_head( struct list *list, struct list *added )
{
    list_add_after( list, added );
}

static inline void list_add_tail( struct list *list, struct list *added )
{
    list_add_after( list->prev, added );
}

static inline void list_remove( struct list *element )
{
    element->prev->next = element->next;
    element->next->prev = element->prev;
}

static inline struct list *list_head( const struct list *list )
{
    return list_empty( list ) ? NULL : list->next;
}

static inline struct list *list_next( const struct list *list, const struct list *element )
{
    return element->next == list ? NULL : element->next;
}

#define LIST_FOR_EACH_ENTRY( cursor, list, type, field ) \
    for ((cursor) = LIST_ENTRY( (list)->next, type, field ); \
         &(cursor)->field != (list); \
         (cursor) = LIST_ENTRY( (cursor)->field.next, type, field ))

/* The cursor may be removed inside the loop. */
#define LIST_FOR_EACH_ENTRY_SAFE( cursor, following, list, type, field ) \
    for ((cursor) = LIST_ENTRY( (list)->next, type, field ), \
         (following) = LIST_ENTRY( (cursor)->field.next, type, field ); \
         &(cursor)->field != (list); \
         (cursor) = (following), (following) = LIST_ENTRY( (following)->field.next, type, field ))

#endif /* __WINE_SERVER_LIST_H */

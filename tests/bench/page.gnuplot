# SPDX-License-Identifier: LGPL-2.1-or-later
#
# One family: lines of data are number, key, figure, quartiles and goal; last is the last number.
set terminal svg size 900,360 dynamic font "sans,11"
set logscale y
set xrange [-0.6:last + 0.6]
set xtics rotate by -30 noenhanced
set grid y
set key outside top center horizontal
set boxwidth 0.5
set style fill solid 0.4
shown(x) = x > 0.01 ? x : 0.01
plot data using 1:(shown($3)):xticlabels(2) with boxes title "measured (ratio or value)", \
     data using 1:(shown($3)):(shown($4)):(shown($5)) with yerrorbars linecolor "black" pointtype 0 title "quartiles", \
     data using 1:(shown($6)) with points pointtype 7 pointsize 1.2 linecolor "red" title "goal"

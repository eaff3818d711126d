/* Measured times and shares without their noise: three significant digits are all that is shown and plotted, and the
 * rest would be most of a recording. */
#ifndef TSLLM_BASE_DIGITS_H
#define TSLLM_BASE_DIGITS_H

double digits_round(double value); /* NAN stays NAN */

#endif

#pragma once

/// Counts what this process allocates on all its threads but librdkafka's: this target's malloc, calloc,
/// realloc and their aligned kin stand before the C library's, which do the work.
void bw_count_allocations(int isOn);

/// Allocations while counting was on.
long bw_allocations(void);

/// Gives what is free back to the system.
void bw_trim_memory(void);

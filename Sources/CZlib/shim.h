#pragma once
#include <zlib.h>

/* inflateInit2 is a macro, which Swift does not import; 32 + 15 window bits detect gzip and zlib headers. */
static inline int bw_inflate_init(z_stream *stream) {
  return inflateInit2(stream, 32 + 15);
}

#pragma once

// Static tracepoints (USDT) for perf, bpftrace and SystemTap: a no-op instruction each and a note
// in the binary, so that they cost nothing until somebody attaches. README.md shows how.
//
//   probe                     argument                       where
//   lifecycle_start, _end     the file's number              around one lifecycle
//   lock_asked                the file's path                before a write asks for the write lock
//   lock_held                 the file's path                once it holds it (deferred: once the
//                                                            UPDATE has returned)
//   commit_start, _end        -                              around COMMIT
//   checkpoint_start, _end    -                              around a checkpoint's page copying

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>

#define WALBENCH_PROBE(name) DTRACE_PROBE(walbench, name)
#define WALBENCH_PROBE1(name, argument) DTRACE_PROBE1(walbench, name, argument)
#else
#define WALBENCH_PROBE(name) static_cast<void>(0)
#define WALBENCH_PROBE1(name, argument) static_cast<void>(argument)
#endif

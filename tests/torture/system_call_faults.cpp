// Preloaded into a program under test: lets one of its calls of the C library fail.
//
//   WALBENCH_FAULT   CALL:NTH:ERRNO:HOW
//     CALL   open, read, write, truncate, sync, rename, link, unlink, mkdir, allocate, thread
//     NTH    which one fails, counted from 1; 0: none
//     ERRNO  what it fails with; 0 with `short`
//     HOW    once; always, from then on; short: half of it is read or written, from then on
//   WALBENCH_FAULT_COUNT   a file that gets at the end how many there were, and how many failed
//
// Calls are counted from the first mkdtemp on, with which bench begins its work: loading libraries
// and reading the command line is no part of the test. Nothing here may allocate by itself.

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// glibc's own names: dlsym allocates.
extern "C" void* __libc_malloc(std::size_t size);
extern "C" void* __libc_calloc(std::size_t count, std::size_t size);
extern "C" void* __libc_realloc(void* memory, std::size_t size);

namespace {

enum class How { once, always, in_part };

std::atomic<bool> begun = false;
std::atomic<long> calls = 0;
std::atomic<long> failures = 0;
char wanted[16];
long nth = 0;
int failure = 0;
How how = How::once;

[[gnu::constructor]] void configure() {
  const char* const order = std::getenv("WALBENCH_FAULT");
  char name[16] = "";
  if (order == nullptr ||
      std::sscanf(order, "%15[^:]:%ld:%d:%15s", wanted, &nth, &failure, name) != 4) {
    wanted[0] = '\0';
    return;
  }
  const std::string_view text = name;
  how = text == "always" ? How::always : text == "short" ? How::in_part : How::once;
}

[[gnu::destructor]] void report() {
  const char* const path = std::getenv("WALBENCH_FAULT_COUNT");
  if (path == nullptr) return;
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%ld %ld\n", calls.load(), failures.load());
  const long file = syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
  if (file < 0) return;
  syscall(SYS_write, file, text, size);
  syscall(SYS_close, file);
}

/// True if this call is to fail; errno is set then.
bool fails(std::string_view call) {
  if (!begun.load() || call != wanted) return false;
  const long number = calls.fetch_add(1) + 1;
  const bool later = how != How::once && nth > 0 && number > nth;
  if (number != nth && !later) return false;
  failures.fetch_add(1);
  errno = failure;
  return true;
}

template <typename Function>
Function next(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

template <typename Real, typename... Arguments>
int call(std::string_view kind, Real real, Arguments... arguments) {
  return fails(kind) ? -1 : real(arguments...);
}

/// How many bytes of so many are to be moved; nothing if the call is to fail.
std::size_t allowed(std::string_view kind, std::size_t size) {
  if (!fails(kind)) return size;
  return how == How::in_part && size > 1 ? size / 2 : 0;
}

bool is_pipe(int file) {
  struct stat status {};
  return fstat(file, &status) == 0 && S_ISFIFO(status.st_mode);
}

mode_t mode_of(int flags, va_list rest) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
}

}  // namespace

// Looked up on the first call, before any thread could make another.
#define REAL(name) static const auto real = next<decltype(&name)>(#name)

extern "C" {

ssize_t write(int file, const void* data, std::size_t size) {
  REAL(write);
  if (is_pipe(file)) return real(file, data, size);  // what it prints is looked at
  const std::size_t part = allowed("write", size);
  return part == 0 && size > 0 ? -1 : real(file, data, part);
}
ssize_t pwrite64(int file, const void* data, std::size_t size, off64_t at) {
  REAL(pwrite64);
  const std::size_t part = allowed("write", size);
  return part == 0 && size > 0 ? -1 : real(file, data, part, at);
}
ssize_t read(int file, void* data, std::size_t size) {
  REAL(read);
  const std::size_t part = allowed("read", size);
  return part == 0 && size > 0 ? -1 : real(file, data, part);
}
ssize_t pread64(int file, void* data, std::size_t size, off64_t at) {
  REAL(pread64);
  const std::size_t part = allowed("read", size);
  return part == 0 && size > 0 ? -1 : real(file, data, part, at);
}

int ftruncate64(int file, off64_t size) noexcept {
  REAL(ftruncate64);
  return call("truncate", real, file, size);
}
int fsync(int file) {
  REAL(fsync);
  return call("sync", real, file);
}
int fdatasync(int file) {
  REAL(fdatasync);
  return call("sync", real, file);
}
int rename(const char* from, const char* to) noexcept {
  REAL(rename);
  return call("rename", real, from, to);
}
int link(const char* from, const char* to) noexcept {
  REAL(link);
  return call("link", real, from, to);
}
int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
  REAL(linkat);
  return call("link", real, from_folder, from, to_folder, to, flags);
}
int unlink(const char* path) noexcept {
  REAL(unlink);
  return call("unlink", real, path);
}
int mkdir(const char* path, mode_t mode) noexcept {
  REAL(mkdir);
  return call("mkdir", real, path, mode);
}

int open(const char* path, int flags, ...) {
  REAL(open);
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return call("open", real, path, flags, mode);
}
int open64(const char* path, int flags, ...) {
  REAL(open64);
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = mode_of(flags, rest);
  va_end(rest);
  return call("open", real, path, flags, mode);
}

char* mkdtemp(char* pattern) noexcept {
  REAL(mkdtemp);
  begun.store(true);
  return real(pattern);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*),
                   void* argument) noexcept {
  REAL(pthread_create);
  if (fails("thread")) return failure;
  return real(thread, attributes, body, argument);
}

void* malloc(std::size_t size) noexcept {
  return fails("allocate") ? nullptr : __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
  return fails("allocate") ? nullptr : __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
  return fails("allocate") ? nullptr : __libc_realloc(memory, size);
}

}  // extern "C"

// A library to preload: file systems that do not do what they say. WALBENCH_FAULT names the fault:
// `locks` always succeed, there are `no-locks`, a shared `mapping` is private, a `sync` does
// nothing.

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>
#include <cstring>

namespace {

bool is_fault(const char* name) {
  const char* const fault = std::getenv("WALBENCH_FAULT");
  return fault != nullptr && std::strcmp(fault, name) == 0;
}

long call_fcntl(int descriptor, int command, void* argument) {
  if (command == F_SETLK && is_fault("locks")) return 0;
  if ((command == F_SETLK || command == F_GETLK) && is_fault("no-locks")) {
    errno = ENOLCK;
    return -1;
  }
  return syscall(SYS_fcntl, descriptor, command, argument);
}

}  // namespace

extern "C" {

int fcntl(int descriptor, int command, ...) {
  std::va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return static_cast<int>(call_fcntl(descriptor, command, argument));
}

int fcntl64(int descriptor, int command, ...) {
  std::va_list rest;
  va_start(rest, command);
  void* const argument = va_arg(rest, void*);
  va_end(rest);
  return static_cast<int>(call_fcntl(descriptor, command, argument));
}

void* mmap(void* address, std::size_t length, int protection, int flags, int descriptor,
           off_t offset) {
  if (descriptor >= 0 && is_fault("mapping")) flags = (flags & ~MAP_SHARED) | MAP_PRIVATE;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the kernel answers
  return reinterpret_cast<void*>(
      syscall(SYS_mmap, address, length, protection, flags, descriptor, offset));
}

ssize_t pwrite64(int descriptor, const void* bytes, size_t count, off64_t offset) {
  constexpr off64_t kFarInAWal = 40'000;
  if (offset > kFarInAWal && is_fault("writes")) return static_cast<ssize_t>(count);
  return syscall(SYS_pwrite64, descriptor, bytes, count, offset);
}

int fdatasync(int descriptor) {
  if (is_fault("sync")) return 0;
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}
}

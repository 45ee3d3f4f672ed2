#include "engine/workload/lifecycle/ack_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace walbench::engine {
namespace {

[[noreturn]] void refuse(const std::string& target, int error) {
  throw AckLogError(fmt::format("acknowledgement log '{}' cannot be written: {}", target,
                                std::generic_category().message(error)));
}

}  // namespace

AckLog::AckLog(const std::string& target) : target_(target) {
  if (target == "-") {
    descriptor_ = STDOUT_FILENO;
    return;
  }
  std::error_code ignored;
  const bool existing = std::filesystem::exists(target, ignored);
  if (existing && !std::filesystem::is_fifo(target, ignored) &&
      !std::filesystem::is_character_file(target, ignored)) {
    throw AckLogError(fmt::format("'{}' exists; name a file that does not", target));
  }
  constexpr mode_t kMode = 0644;
  const int create = existing ? 0 : O_CREAT | O_EXCL;
  // A pipe that nobody reads would block here, and no signal would get through.
  descriptor_ = ::open(target.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | create, kMode);
  if (descriptor_ < 0 && errno == ENXIO) {
    throw AckLogError(fmt::format("nobody reads '{}'; start its reader first", target));
  }
  if (descriptor_ < 0) refuse(target, errno);
  owned_ = true;
  const int flags = ::fcntl(descriptor_, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor_, F_SETFL, flags & ~O_NONBLOCK) != 0) refuse(target, errno);
}

AckLog::~AckLog() {
  if (owned_) ::close(descriptor_);
}

void AckLog::add(const TransitionWrite& write) {
  const std::string line =
      fmt::format("{} {} {}\n", write.file_path, write.version + 1, state_name(write.step().to));
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(target_, errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace walbench::engine

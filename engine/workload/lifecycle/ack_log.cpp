#include "engine/workload/lifecycle/ack_log.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace walbench::engine {
namespace {

[[noreturn]] void refuse(const std::string& target, int error) {
  throw AckLogError(fmt::format("acknowledgement log '{}' cannot be written: {}", target,
                                std::generic_category().message(error)));
}

}  // namespace

AckLog::AckLog(const std::string& target, const std::stop_token& stop) : target_(target) {
  if (target == "-") {
    writer_.emplace(STDOUT_FILENO, stop);
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
  opened_ = ::open(target.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK | create, kMode);
  if (opened_ < 0 && errno == ENXIO) {
    throw AckLogError(fmt::format("nobody reads '{}'; start its reader first", target));
  }
  if (opened_ < 0) refuse(target, errno);
  writer_.emplace(opened_, stop);
}

AckLog::AckLog(std::string target, int descriptor, const std::stop_token& stop)
    : target_(std::move(target)), opened_(descriptor == STDOUT_FILENO ? -1 : descriptor) {
  writer_.emplace(descriptor, stop);
}

int AckLog::descriptor() const {
  return opened_ >= 0 ? opened_ : STDOUT_FILENO;
}

AckLog::~AckLog() {
  writer_.reset();
  if (opened_ >= 0) ::close(opened_);
}

void AckLog::add(const TransitionWrite& write) const {
  const std::string line =
      fmt::format("{} {} {}\n", write.file_path, write.version + 1, state_name(write.step().to));
  const int error = writer_->write(line);
  if (error != 0) refuse(target_, error);
}

}  // namespace walbench::engine

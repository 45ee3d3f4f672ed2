#include "metrics/result/run_difference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string_view>
#include <type_traits>
#include <utility>

namespace walbench::metrics {
namespace {

class Differences {
 public:
  template <typename Value>
  void compare(std::string_view what, const Value& one, const Value& other) {
    if (one != other) found_.push_back(fmt::format("{} ({} and {})", what, text(one), text(other)));
  }

  std::vector<std::string> found() && { return std::move(found_); }

 private:
  template <typename Value>
  static auto text(const Value& value) {
    if constexpr (std::is_same_v<Value, std::string>) {
      return value.empty() ? std::string_view("none") : std::string_view(value);
    } else {
      return value;
    }
  }

  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> plan_differences(const ConfigurationResult& one,
                                          const ConfigurationResult& other) {
  const ConfigurationPlanned& a = one.planned;
  const ConfigurationPlanned& b = other.planned;
  Differences differences;
  differences.compare("files", a.files, b.files);
  differences.compare("transitions per file", a.transitions_per_file, b.transitions_per_file);
  differences.compare("warm-up files", a.warmup_files, b.warmup_files);
  differences.compare("schema", a.schema, b.schema);
  differences.compare("API delay", a.api_delay, b.api_delay);
  differences.compare("API fail rate", a.api_fail_rate, b.api_fail_rate);
  differences.compare("checkpoint", a.checkpoint, b.checkpoint);
  differences.compare("checkpoint every so many frames", a.checkpoint_every_frames,
                      b.checkpoint_every_frames);
  differences.compare("WAL cap in frames", a.wal_cap_frames, b.wal_cap_frames);
  const SettingsReadBack& s = one.settings;
  const SettingsReadBack& t = other.settings;
  differences.compare("journal_mode", s.journal_mode, t.journal_mode);
  differences.compare("synchronous", s.synchronous, t.synchronous);
  differences.compare("busy_timeout in ms", s.busy_timeout_ms, t.busy_timeout_ms);
  differences.compare("wal_autocheckpoint in frames", s.wal_autocheckpoint_frames,
                      t.wal_autocheckpoint_frames);
  differences.compare("page_size in bytes", s.page_size_bytes, t.page_size_bytes);
  differences.compare("cache_size", s.cache_size, t.cache_size);
  differences.compare("locking_mode", s.locking_mode, t.locking_mode);
  return std::move(differences).found();
}

std::vector<std::string> identity_differences(const ConfigurationPlanned& one,
                                              const ConfigurationPlanned& other) {
  Differences differences;
  differences.compare("threads", one.threads, other.threads);
  differences.compare("profile", one.profile, other.profile);
  differences.compare("strategy", one.strategy, other.strategy);
  differences.compare("connection", one.connection, other.connection);
  differences.compare("commit", one.commit, other.commit);
  differences.compare("begin", one.begin, other.begin);
  differences.compare("guard", one.guard, other.guard);
  differences.compare("queue", one.queue, other.queue);
  return std::move(differences).found();
}

std::vector<std::string> host_differences(const Environment& one, const Environment& other) {
  Differences differences;
  differences.compare("build_type", one.build_type, other.build_type);
  differences.compare("sanitizers", one.sanitizers, other.sanitizers);
  differences.compare("cpu_model", one.cpu_model, other.cpu_model);
  differences.compare("cpu_count", one.cpu_count, other.cpu_count);
  differences.compare("cpu_governor", one.cpu_governor, other.cpu_governor);
  differences.compare("file_system", one.file_system, other.file_system);
  differences.compare("rotates", one.rotates, other.rotates);
  return std::move(differences).found();
}

std::vector<std::string> told_differences(const Environment& one, const Environment& other) {
  Differences differences;
  differences.compare("walbench_version", one.walbench_version, other.walbench_version);
  differences.compare("compiler", one.compiler, other.compiler);
  differences.compare("sqlite_version", one.sqlite_version, other.sqlite_version);
  differences.compare("sqlite_source_id", one.sqlite_source_id, other.sqlite_source_id);
  differences.compare("sqlite_compile_options",
                      fmt::format("{}", fmt::join(one.sqlite_compile_options, " ")),
                      fmt::format("{}", fmt::join(other.sqlite_compile_options, " ")));
  differences.compare("onetbb_version", one.onetbb_version, other.onetbb_version);
  differences.compare("kernel", one.kernel, other.kernel);
  differences.compare("mount_options", one.mount_options, other.mount_options);
  return std::move(differences).found();
}

}  // namespace walbench::metrics

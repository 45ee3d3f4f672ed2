#include "tools/bench/own_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <memory>
#include <system_error>
#include <utility>

#include "engine/process/measured_by_child.hpp"
#include "engine/process/serve.hpp"
#include "metrics/result/result_codec.hpp"
#include "storage/storage_error.hpp"
#include "tools/bench/run_environment.hpp"
#include "tools/library/other_library.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/interrupt_signals.hpp"
#include "tools/program/output.hpp"

namespace walbench::tools {
namespace {

engine::ChildCommand command() {
  return {.arguments = {"bench", std::string(kOwnProcess)}};
}

constexpr int kSignalExitBase = 128;

/// Starts a child with that library, or with the one that this process has (an empty path).
class ChildWithLibrary {
 public:
  ChildWithLibrary(const std::filesystem::path& library, engine::ChildCommand command,
                   OwnProcesses::FolderInUse& in_use) {
    if (library.empty()) {
      child_ = std::make_unique<engine::Child>(command);
      return;
    }
    const LibraryFolder folder(library);
    in_use.store(&folder.folder());
    command.environment = folder.environment();
    try {
      child_ = std::make_unique<engine::Child>(command);
    } catch (...) {
      in_use.store(nullptr);
      throw;
    }
    in_use.store(nullptr);
    source_ids_ = folder.source_ids();
  }

  engine::Child& child() { return *child_; }
  /// Whether what it has loaded is in the library's file.
  bool has_loaded_it() const {
    return std::ranges::find(source_ids_, child_->engine().source_id) != source_ids_.end();
  }

 private:
  std::unique_ptr<engine::Child> child_;
  std::vector<std::string> source_ids_;
};

bool is_socket(int descriptor) {
  struct stat status {};
  return ::fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

void remove_folder(const OwnProcesses::FolderInUse& in_use) {
  if (const storage::ScratchFolder* const folder = in_use.load()) folder->remove();
}

int serve_own_process(const std::vector<std::string>& arguments) {
  const std::string& text = arguments.back();
  int descriptor = -1;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), descriptor);
  if (error != std::errc() || *rest != '\0' || !is_socket(descriptor)) {
    complain("bench", fmt::format("{} is how bench starts itself; leave it out", kOwnProcess));
    return kWrongUsage;
  }
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  forget_library_folder();
  const InterruptSignals signals("bench", [] {});  // The parent removes the database.
  engine::Channel channel(descriptor);
  engine::serve(channel, kEngine, signals.stop_token());
  return kDone;
}

LibraryFacts loaded_library_facts() {
  return {{}, storage::engine_facts(kEngine)};
}

namespace {

/// As facts_of_library(), of another library than the loaded one.
LibraryFacts facts_of_another(const std::filesystem::path& library,
                              OwnProcesses::FolderInUse& in_use) {
  const auto refuse = [&library](const std::string& why) {
    return storage::StorageError(fmt::format("'{}' cannot be loaded: {}", library.string(), why),
                                 storage::ErrorKind::cannot_open);
  };
  try {
    engine::ChildCommand asked = command();
    asked.keeps_errors = true;
    ChildWithLibrary loaded(library, std::move(asked), in_use);
    if (!loaded.has_loaded_it()) throw refuse("this program was built with a SQLite of its own");
    return {std::filesystem::canonical(library), loaded.child().engine()};
  } catch (const engine::RunFailed& failed) {
    throw refuse(failed.what());
  }
}

}  // namespace

LibraryFacts facts_of_library(const std::filesystem::path& library) {
  if (is_loaded(library)) return loaded_library_facts();
  OwnProcesses::FolderInUse in_use = nullptr;
  std::optional<InterruptSignals> signals;
  signals.emplace("bench", [&in_use] { remove_folder(in_use); });
  LibraryFacts facts = facts_of_another(library, in_use);
  const int interrupted = signals->exit_code();
  signals.reset();
  // Nothing has begun that would have to be ended in order.
  if (interrupted != 0) static_cast<void>(::raise(interrupted - kSignalExitBase));
  return facts;
}

engine::Order OwnProcesses::order_for(const engine::ConfigurationPlan& plan,
                                      const engine::RunContext& context) const {
  engine::Order order{.plan = plan, .database = fresh_database_(), .interval_log = {}};
  order.interval = context.interval;
  if (context.acks != nullptr) {
    order.ack_log = context.acks->target();
    order.ack_descriptor = context.acks->descriptor();
  }
  return order;
}

metrics::ConfigurationResult OwnProcesses::measure(const engine::ConfigurationPlan& plan,
                                                   std::size_t index,
                                                   const engine::RunContext& context) {
  engine::Order order = order_for(plan, context);
  if (context.open_interval_log) {
    // Only its name is settled here: the log begins with the measurement.
    order.interval_log = context.open_interval_log(plan)->path();
    std::filesystem::remove(order.interval_log);
  }
  engine::ChildCommand start = command();
  if (order.ack_descriptor > STDERR_FILENO) start.inherited = {order.ack_descriptor};
  ChildWithLibrary started(plan.library.file, std::move(start), in_use_);
  const engine::Measured measured = measured_by(started.child(), order, index, context);
  resident_peak_bytes_ = std::max(resident_peak_bytes_, measured.resident_peak_bytes);
  engine_peak_bytes_ = std::max(engine_peak_bytes_, measured.engine_peak_bytes);
  metrics::ConfigurationResult result = metrics::decode_result(measured.result);
  context.observer->measurement_done(index);
  return result;
}

double OwnProcesses::write_raw(const engine::ConfigurationPlan& plan, std::int64_t group_size,
                               const engine::RunContext& context) {
  engine::Order order = order_for(plan, context);
  order.work = engine::Work::write_raw;
  order.group_size = group_size;
  order.ack_log.clear();
  ChildWithLibrary started(plan.library.file, command(), in_use_);
  return raw_writes_by(started.child(), order, context);
}

engine::MadeImage OwnProcesses::make_image(const engine::ImageOrder& image,
                                           const engine::EngineLibrary& library,
                                           const std::stop_token& stop) {
  engine::Order order;
  order.work = engine::Work::image;
  order.plan.library = library;
  order.database = image.image;
  order.image = image;
  engine::RunContext context{};
  context.stop = stop;
  ChildWithLibrary started(library.file, command(), in_use_);
  return image_by(started.child(), order, context);
}

void OwnProcesses::add_memory_peaks(metrics::RunResult& run) const {
  run.resident_peak_bytes = std::max(run.resident_peak_bytes, resident_peak_bytes_);
  run.sqlite_memory_peak_bytes = std::max(run.sqlite_memory_peak_bytes, engine_peak_bytes_);
}

}  // namespace walbench::tools

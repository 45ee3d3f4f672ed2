// doctor: checks by doing whether an SQLite, a file system and a disk are fit for many writers.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

#include "metrics/clock.hpp"
#include "storage/checks/file_system_checks.hpp"
#include "storage/checks/scratch_folder.hpp"
#include "storage/checks/source_ids.hpp"
#include "storage/sqlite/checks/kill_trial.hpp"
#include "storage/sqlite/checks/loaded_library.hpp"
#include "storage/sqlite/checks/wal_reset_trial.hpp"
#include "storage/sqlite/locks/database_locks.hpp"
#include "storage/storage_error.hpp"
#include "storage/wal_reset.hpp"
#include "tools/doctor/doctor_document.hpp"
#include "tools/doctor/doctor_json.hpp"
#include "tools/doctor/doctor_lines.hpp"
#include "tools/doctor/doctor_options.hpp"
#include "tools/library/other_library.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/interrupt_signals.hpp"
#include "tools/program/output.hpp"
#include "tools/program/run_program.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using storage::CheckOutcome;
using storage::CheckResult;
using storage::StorageError;

/// What a last act has to remove.
std::atomic<const storage::ScratchFolder*> folder_to_remove = nullptr;

void remove_folder() {
  if (const storage::ScratchFolder* const folder = folder_to_remove.load()) folder->remove();
}

/// The checks of one call. As lines they are told as soon as each is over.
class Doctor {
 public:
  Doctor(const DoctorOptions& options, std::stop_token stop)
      : options_(options),
        database_(look_at(options.path)),
        scratch_(database_.empty() ? options.path : fs::canonical(options.path).parent_path()),
        stop_(std::move(stop)) {
    folder_to_remove.store(&scratch_);
  }
  Doctor(const Doctor&) = delete;
  Doctor& operator=(const Doctor&) = delete;
  ~Doctor() { folder_to_remove.store(nullptr); }

  /// Returns the exit code. An interruption leaves out what is not over.
  int run() {
    const auto began = std::chrono::steady_clock::now();
    tell(database_);
    check("SQLite", [this] { check_library(); });
    check_file_system();
    // No thread has used SQLite yet.
    check("kill -9", [this] {
      constexpr int kKills = 30;
      tell(kills_line(storage::try_kills(scratch_.make_file("kills.db"), kKills, 6s, stop_),
                      kKills));
    });
    if (judges_loaded_ && library_.thread_safe) check_wal_reset();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    story_.seconds = took.count();
    story_.interrupted = stop_.stop_requested();
    print_end();
    return exit_code();
  }

 private:
  void tell(CheckResult result) {
    if (stop_.stop_requested()) return;  // it may be half done
    if (options_.format == PrintFormat::table) write_output(line_text(result));
    story_.results.push_back(std::move(result));
  }
  void tell(std::vector<CheckResult> results) {
    for (CheckResult& each : results) {
      tell(std::move(each));
    }
  }

  void check(const std::string& name, const std::function<void()>& act) {
    if (stop_.stop_requested()) return;
    try {
      act();
    } catch (const StorageError& error) {
      tell({.name = name, .outcome = CheckOutcome::not_checked, .seen = error.what()});
    }
  }

  void check_library() {
    if (options_.application.empty()) {
      tell(library_line(library_));
      return;
    }
    const std::vector<std::string> ids = storage::source_ids_in(options_.application);
    judges_loaded_ = false;
    for (const std::string& id : ids) {
      tell(embedded_lines(options_.application.string(), id));
    }
    if (!ids.empty()) return;
    tell({.name = "SQLite",
          .outcome = CheckOutcome::not_checked,
          .seen = "no source id stands in " + options_.application.string(),
          .advice = "it may load a library (see: ldd); name that to --library"});
  }

  void check_file_system() {
    const metrics::SteadyClock clock;
    const fs::path& folder = scratch_.path();
    check("file system", [&] { tell(storage::check_space(folder)); });
    check("locks", [&] { tell(storage::check_locks(folder)); });
    check("shared memory", [&] { tell(storage::check_shared_mapping(folder)); });
    check("rename", [&] { tell(storage::check_rename_and_unlink(folder)); });
    check("sync", [&] { tell(storage::check_sync(folder, clock, stop_)); });
  }

  void check_wal_reset() {
    const bool has_bug = storage::has_wal_reset_bug(library_.version_number);
    bool met = false;
    const auto attempt = [&](const std::string& what, const storage::WalResetTrial& trial,
                             std::chrono::seconds longest) {
      check("WAL reset", [&] {
        const storage::WalResetFound found = tried(trial, longest);
        met = met || found.met();
        tell(wal_reset_line(what, found, has_bug));
      });
    };
    attempt("a committer beside PASSIVE checkpoints", storage::kCheckpointBeside, 4s);
    attempt("4 writers with automatic checkpoints", storage::kAutomaticCheckpoints,
            met ? 10s : 14s);  // remedies take 4 s more
    if (!met) return;
    for (std::size_t index = 0; index < storage::kWalResetRemedies.size(); ++index) {
      check("remedy",
            [&] { tell(remedy_line(index, tried(storage::kWalResetRemedies.at(index), 1s))); });
    }
  }

  storage::WalResetFound tried(const storage::WalResetTrial& trial, std::chrono::seconds longest) {
    const fs::path database = scratch_.make_file(std::to_string(++trials_) + ".db");
    return storage::try_wal_reset(trial, database, longest, stop_);
  }

  /// Nothing of a folder.
  static std::vector<CheckResult> look_at(const fs::path& path) {
    if (fs::is_directory(path)) return {};
    storage::DatabaseLocks locks(path);
    const storage::LockSnapshot now = locks.look();
    return database_lines(locks.state(), now.wal_index ? now.wal_index->not_checkpointed() : 0);
  }

  void print_end() const {
    switch (options_.format) {
      case PrintFormat::json: write_output(doctor_json(story_)); return;
      case PrintFormat::markdown: write_output(render_markdown(doctor_document(story_))); return;
      case PrintFormat::table: break;
    }
    write_output(summary_text(story_) + "\n");
  }

  int exit_code() const {
    const auto any = [this](CheckOutcome outcome) {
      return std::ranges::any_of(story_.results,
                                 [=](const auto& each) { return each.outcome == outcome; });
    };
    if (any(CheckOutcome::fail)) return kCheckFailed;
    return any(CheckOutcome::not_checked) ? kFailed : kDone;
  }

  const DoctorOptions& options_;
  const std::vector<CheckResult> database_;
  const storage::ScratchFolder scratch_;
  const std::stop_token stop_;
  const storage::LoadedLibrary library_ = storage::loaded_library();
  bool judges_loaded_ = true;
  int trials_ = 0;
  DoctorStory story_ = {.path = options_.path.string()};
};

int run_doctor(const std::vector<std::string>& arguments) {
  const auto parsed = parse_doctor_options(arguments);
  if (const auto* const end = std::get_if<ParseEnd>(&parsed)) return end->tell();
  const auto& options = std::get<DoctorOptions>(parsed);
  const InterruptSignals signals("doctor", remove_folder);
  stop_output_with(signals.stop_token());
  if (!options.library.empty()) {
    const auto on_folder = [](const auto* folder) { folder_to_remove.store(folder); };
    const auto code =
        run_with_library("doctor", options.library, arguments, signals.stop_token(), on_folder);
    if (code) return *code;
  }
  std::error_code missing;
  if (!fs::exists(options.path, missing)) {
    throw StorageError("there is neither a folder nor a database '" + options.path.string() + "'",
                       storage::ErrorKind::cannot_open);
  }
  const int code = Doctor(options, signals.stop_token()).run();
  return signals.exit_code() != 0 ? signals.exit_code() : code;
}

}  // namespace
}  // namespace walbench::tools

int main(int argc, char** argv) {
  return walbench::tools::run_program("doctor", argc, argv, walbench::tools::run_doctor);
}

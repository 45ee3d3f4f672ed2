#include "tools/bench/bench_session.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "engine/measurement.hpp"
#include "engine/process/make_image.hpp"
#include "engine/study.hpp"
#include "metrics/duration.hpp"
#include "metrics/files/file_error.hpp"
#include "metrics/publish/results_folder.hpp"
#include "metrics/result/key.hpp"
#include "metrics/sentence_of.hpp"
#include "storage/engines/engine.hpp"
#include "storage/sqlite/database_files.hpp"
#include "tools/bench/descriptor_limit.hpp"
#include "tools/bench/own_process.hpp"
#include "tools/bench/pragma_check.hpp"
#include "tools/bench/progress.hpp"
#include "tools/bench/published_study.hpp"
#include "tools/bench/remedies.hpp"
#include "tools/bench/run_environment.hpp"
#include "tools/bench/script_image.hpp"
#include "tools/bench/script_problems.hpp"
#include "tools/bench/wall_profile.hpp"
#include "tools/document/cells.hpp"
#include "tools/document/report_document.hpp"
#include "tools/program/exit_code.hpp"
#include "tools/program/interrupt_signals.hpp"
#include "tools/program/output.hpp"
#include "tools/program/text.hpp"
#include "tools/render/terminal.hpp"

namespace walbench::tools {
namespace {

void complain(std::string_view what) {
  tools::complain("bench", what);
}

void warn(const std::string& what) {
  complain("warning: " + what);
}

/// A database's files while they exist, so that a signal can remove them.
using FilesInUse = std::atomic<storage::DatabaseFiles*>;

/// The databases of a session: the one that is measured, and the one that scripts start from.
struct DatabasesInUse {
  FilesInUse measured = nullptr;
  FilesInUse image = nullptr;
  OwnProcesses::FolderInUse library = nullptr;  ///< of a process of its own
};

/// Lets the signal thread remove the database while this lives.
class RemovedOnSignal {
 public:
  RemovedOnSignal(FilesInUse& slot, storage::DatabaseFiles* files) : slot_(slot) {
    slot_.store(files);
  }
  RemovedOnSignal(const RemovedOnSignal&) = delete;
  RemovedOnSignal& operator=(const RemovedOnSignal&) = delete;
  ~RemovedOnSignal() { slot_.store(nullptr); }

 private:
  FilesInUse& slot_;
};

/// At the end, prints where the database is if it is kept, and removes it otherwise.
class EndOfDatabase {
 public:
  EndOfDatabase(storage::DatabaseFiles& files, bool kept) : files_(files), kept_(kept) {}
  EndOfDatabase(const EndOfDatabase&) = delete;
  EndOfDatabase& operator=(const EndOfDatabase&) = delete;
  /// Removes first: what is told needs memory, of which there may be none.
  ~EndOfDatabase() {
    if (!kept_ && files_.remove()) return;
    const int error = errno;
    try {
      tell(error);
    } catch (const std::bad_alloc&) {
      write_error("bench: out of memory\n");
    }
  }

 private:
  void tell(int error) const {
    const std::string path = printable(files_.database().string());
    if (kept_) {
      write_error(fmt::format("database kept: {}\n", path));
    } else {
      warn(fmt::format("cannot remove all of the database '{}': {}", path,
                       std::generic_category().message(error)));
    }
  }

  storage::DatabaseFiles& files_;
  bool kept_;
};

/// A long run says so before it begins.
void announce(const engine::RunPlan& plan) {
  constexpr std::chrono::seconds kLong(10);
  const std::chrono::nanoseconds api_time = plan.api_time();
  if (api_time < kLong) return;
  const std::size_t repeats = plan.measurements().size() - plan.configurations.size();
  write_error(fmt::format(
      "bench: {}{} will take at least {}{}\n", counted(plan.configurations.size(), "configuration"),
      repeats == 0 ? "" : fmt::format(" and {} measurements for mitigations", repeats),
      metrics::format_duration(api_time),
      plan.configurations.front().scripts ? "" : " (API delays alone)"));
}

/// Prints which limits failed; returns whether all passed. A mitigation that fails a limit which
/// its baseline passes is a finding, not a failure.
bool every_limit_passed(const metrics::RunResult& run, const metrics::Findings& findings) {
  std::set<std::string> failed;
  const auto look_at = [&](const metrics::ConfigurationResult& configuration,
                           const metrics::ConfigurationFindings& found) {
    for (const metrics::LimitVerdict& verdict : found.verdicts) {
      if (verdict.passed || !failed.insert(verdict.limit).second) continue;
      complain(fmt::format("limit {} failed: {}", verdict.limit, verdict.evidence));
    }
    for (const std::string& limit : configuration.planned.limits) {
      const auto verdict = std::ranges::find(found.verdicts, limit, &metrics::LimitVerdict::limit);
      if (verdict != found.verdicts.end() || !failed.insert(limit).second) continue;
      complain(fmt::format("limit {} failed: no sample of its figure was taken", limit));
    }
  };
  for (std::size_t index = 0; index < run.configurations.size(); ++index) {
    look_at(run.configurations[index], findings.configurations.at(index));
  }
  for (std::size_t index = 0; index < run.mitigations.size(); ++index) {
    look_at(run.mitigations[index].baseline.pooled, findings.mitigations.at(index).baseline);
  }
  return failed.empty();
}

/// Prints of which measurements executions failed for a reason that is no lost race; returns
/// whether there are none.
bool every_execution_could_be_done(const metrics::RunResult& run) {
  bool done = true;
  for (const metrics::ConfigurationResult& each : run.configurations) {
    if (each.given_up.failed == 0) continue;
    complain(fmt::format("{}: {} executions failed, the first for: {}",
                         metrics::configuration_label(each.planned), each.given_up.failed,
                         each.first_failure));
    done = false;
  }
  return done;
}

std::string interruption_text(const metrics::RunResult& run,
                              const std::vector<std::filesystem::path>& published) {
  if (published.empty()) return "interrupted: nothing was published";
  return fmt::format("interrupted: {} of {} measurements are published, see '{}'",
                     run.configurations.size() + run.mitigations.size(), run.planned.size(),
                     published.front().string());
}

/// One call of bench. Everything that can be wrong with the places that options name is found by
/// the constructor.
class Session {
 public:
  /// Throws FileError, DatabaseFileError or AckLogError.
  Session(const BenchOptions& options, InterruptSignals& signals, DatabasesInUse& in_use)
      : options_(options),
        signals_(signals),
        folder_(options.results, warn),
        files_(options.keep_db, options.scratch),
        removed_on_signal_(in_use.measured, options.keep_db ? nullptr : &files_),
        children_([this] { return fresh_database(); }, in_use.library) {
    if (options.ack_log) acks_.emplace(*options.ack_log, signals.stop_token());
    if (options.scripts) {
      image_.emplace(options.scratch);
      image_removed_on_signal_.emplace(in_use.image, &image_->files());
    }
  }

  /// Returns the exit code.
  int run() {
    const EndOfDatabase end(files_, options_.keep_db.has_value());
    if (options_.keep_db) files_.keep();
    try {
      if (const auto untaken = untaken_pragma(options_.plan, options_.scratch)) {
        complain(*untaken);
        return kWrongUsage;
      }
      if (const int refused = prepare_scripts(); refused != kDone) return refused;
      if (!options_.quiet) announce(options_.plan);
      const metrics::SteadyClock clock;
      metrics::RunResult run = begin_run(options_.plan, files_, clock, options_.library.engine);
      for (const std::string& warning : metrics::environment_warnings(run.environment)) {
        complain("warning: " + warning);
      }
      if (const auto warning = exposure_warning(options_.plan)) {
        complain("warning: " + *warning);
      }
      if (options_.perturbed()) {
        complain("warning: with --perturb threads pause at random; timings are not for comparing");
      }
      PublishedStudy study(folder_, options_.plan, run, [this](metrics::RunResult& so_far) {
        add_memory_peaks(options_.plan, so_far);
        children_.add_memory_peaks(so_far);
      });
      const bool to_the_end = measure(study, clock, run);
      signals_.end_at_once();
      if (!to_the_end || signals_.exit_code() != 0) {
        complain(interruption_text(run, study.paths()));
        return signals_.exit_code();
      }
      if (study.paths().empty()) return kFailed;
      if (run.configurations.empty() && run.mitigations.empty()) return kFailed;
      print(run, study);
      const bool passed =
          every_limit_passed(run, study.findings()) && every_execution_could_be_done(run);
      if (!run.complete) return kFailed;
      return passed ? kDone : kLimitFailed;
    } catch (const std::exception& error) {
      complain(metrics::sentence_of(error));
      return kFailed;
    }
  }

 private:
  /// Makes the database that scripts start from; returns an exit code.
  int prepare_scripts() {
    if (!image_) return kDone;
    try {
      image_->make(*options_.scripts, [this](const auto& order) { return make_image(order); });
    } catch (const ScriptsRefused& refused) {
      write_error(refused.what() + std::string("\n"));
      return kWrongUsage;
    } catch (const std::exception& error) {
      if (signals_.exit_code() != 0) {
        complain("interrupted: nothing was measured");
        return signals_.exit_code();
      }
      complain(metrics::sentence_of(error));
      return kWrongUsage;
    }
    if (options_.quiet) return kDone;
    if (const auto cost = image_->cost(options_.plan.measurements().size())) complain(*cost);
    for (const std::string& why : options_.left_out) {
      complain("left out: " + why);
    }
    return kDone;
  }

  /// With the library that is measured: an older one may not know what the scripts say.
  engine::MadeImage make_image(const engine::ImageOrder& order) {
    const std::stop_token stop = signals_.stop_token();
    if (options_.library.file.empty()) return engine::make_image(order, kEngine, stop);
    return children_.make_image(order, options_.library.planned(), stop);
  }

  /// Measures and publishes everything; false if it was interrupted.
  bool measure(PublishedStudy& study, const metrics::Clock& clock, const metrics::RunResult& run) {
    std::optional<WallProfile> profile;
    if (options_.wall_profile) profile.emplace(options_.results);
    Progress progress(options_.plan, draws_progress());
    engine::RunContext context{[this](const auto& plan) { return open_database(plan); }, &clock,
                               &progress, signals_.stop_token()};
    if (options_.wall_profile) context.on_worker_thread = WallProfile::enter_thread;
    context.children = &children_;
    context.database_path = [this] { return files_.database(); };
    context.acks = acks_ ? &*acks_ : nullptr;
    context.library = "SQLite " + options_.library.engine.version;
    if (options_.interval) {
      context.interval = *options_.interval;
      context.open_interval_log = [&study](const engine::ConfigurationPlan& plan) {
        return study.open_interval_log(plan);
      };
    }
    const bool to_the_end = run_study(context, study);
    if (profile) profile->stop();
    study.finish(to_the_end);
    if (profile && to_the_end && !study.paths().empty()) profile_ = profile->keep(run.run_id);
    return to_the_end;
  }

  /// False if it was interrupted.
  bool run_study(const engine::RunContext& context, PublishedStudy& study) const {
    try {
      engine::measure_all(options_.plan, context, study);
      return true;
    } catch (const engine::RunInterrupted&) {
      return false;
    }
  }

  bool draws_progress() const {
    if (options_.progress != ProgressMode::automatic) {
      return options_.progress == ProgressMode::always;
    }
    return !options_.quiet && ::isatty(STDERR_FILENO) != 0;
  }

  /// A new database, in the place of the last one.
  std::unique_ptr<storage::Database> open_database(const engine::ConfigurationPlan& plan) {
    return storage::open_database(kEngine, fresh_database(), plan.settings, plan.instrumentation());
  }

  std::filesystem::path fresh_database() {
    if (!std::exchange(fresh_, false)) files_.start_over();
    return files_.database();
  }

  std::string profile_text() const {
    constexpr std::size_t kFunctions = 20;
    if (profile_.empty()) return {};
    return fmt::format("\n{}profile: {}; the timings of a profiled run are not for comparing\n",
                       top_functions(profile_, kFunctions), printable(profile_.string()));
  }

  void print(const metrics::RunResult& run, const PublishedStudy& study) const {
    const bool acks_instead = options_.ack_log == "-";
    if (options_.quiet || acks_instead) return;
    std::string out;
    const Extent extent = options_.details ? Extent::everything : Extent::answers;
    render_terminal(document_of(run, study.findings(), extent),
                    {.details = options_.details, .plot = {}},
                    [&out](std::string_view part) { out += part; });
    const std::string json = study.paths().front().string();
    out += fmt::format("\nresults: {} and {} files beside it\n", printable(json),
                       study.paths().size() - 1);
    try {
      write_output(out + profile_text());
    } catch (const OutputError& error) {
      throw std::runtime_error(fmt::format("{}; the results are in '{}'", error.what(), json));
    }
  }

  const BenchOptions& options_;
  InterruptSignals& signals_;
  const metrics::ResultsFolder folder_;
  storage::DatabaseFiles files_;
  const RemovedOnSignal removed_on_signal_;
  OwnProcesses children_;
  std::optional<engine::AckLog> acks_;
  std::optional<ScriptImage> image_;
  std::optional<RemovedOnSignal> image_removed_on_signal_;
  bool fresh_ = true;
  std::filesystem::path profile_;  ///< empty: none
};

}  // namespace

int run_session(const BenchOptions& options) {
  std::optional<std::string> why = allow_open_connections(most_connections(options.plan));
  if (!why && options.wall_profile) why = WallProfile::unavailable();
  if (why) {
    complain(*why);
    return kWrongUsage;
  }
  DatabasesInUse in_use;
  InterruptSignals signals("bench", [&in_use] {
    for (FilesInUse* const each : {&in_use.measured, &in_use.image}) {
      if (storage::DatabaseFiles* const files = each->load()) files->remove();
    }
    remove_folder(in_use.library);
  });
  stop_output_with(signals.stop_token());
  std::optional<Session> session;
  try {
    session.emplace(options, signals, in_use);
  } catch (const metrics::FileError& error) {
    complain(fmt::format("--results: {}", error.what()));
  } catch (const storage::DatabaseFileError& error) {
    complain(error.what() + std::string(remedy_text(error.remedy())));
  } catch (const engine::AckLogError& error) {
    complain(fmt::format("--ack-log: {}", error.what()));
  }
  return session ? session->run() : kWrongUsage;
}

}  // namespace walbench::tools

#pragma once

#include <array>
#include <type_traits>

#include "metrics/result/figures.hpp"

/// The rows of a configuration's plan and of its settings: the head of the table in
/// configuration_figures.cpp, which alone uses them.
namespace walbench::metrics::plan_rows {

using C = ConfigurationResult;
using P = ConfigurationPlanned;
using S = SettingsReadBack;
using enum Pooling;
using enum PlanClass;

inline constexpr double kNegative = -1e15;

/// Whether that member of that part is anything but 0, false or empty.
template <auto Part, auto Member>
bool has(const C& each) {
  const auto& part = each.*Part;
  return part.*Member != std::remove_cvref_t<decltype(part.*Member)>();
}
inline bool runs_scripts(const C& each) {
  return each.runs_scripts();
}

/// Of lifecycles it is left out where it says nothing, as in files of older versions.
inline bool may_lose_races(const C& each) {
  return each.runs_scripts() || each.planned.max_tries != 1;
}

inline constexpr std::array kRows = {
    // The plan.
    figure<&C::planned, &P::workload>("workload", Unit::none, first, "what is done")
        .of_plan(workload, "workload", kLifecycle)
        .only_if(runs_scripts),
    figure<&C::planned, &P::scripts>("scripts_digest", Unit::none, first,
                                     "stands for the text of the scripts, setup and definitions")
        .of_plan(workload)
        .only_if(runs_scripts),
    figure<&C::planned, &P::duration_ns>("duration_ns", Unit::ns, first,
                                         "after which no iteration starts")
        .of_plan(workload, "duration", "0")
        .only_if(has<&C::planned, &P::duration_ns>),
    figure<&C::planned, &P::max_tries>("max_tries", Unit::count, first,
                                       "attempts of whatever lost a race; 0: no limit")
        .of_plan(setting, "max-tries", "1")
        .only_if(may_lose_races),
    figure<&C::planned, &P::retry_delay_ns>("retry_delay_ns", Unit::ns, first,
                                            "before each further attempt")
        .of_plan(setting, "retry-delay", "0")
        .only_if(has<&C::planned, &P::retry_delay_ns>),
    figure<&C::planned, &P::threads>("concurrency", Unit::count, first,
                                     "workers, or lifecycles in flight with group commit")
        .of_plan(identity, "threads")
        .within(1, 1e15),
    figure<&C::planned, &P::readers>("readers", Unit::count, first, "who read beside them")
        .of_plan(workload, "readers", "0")
        .only_if(has<&C::planned, &P::readers>),
    figure<&C::planned, &P::hold_snapshot_ns>("hold_snapshot_ns", Unit::ns, first,
                                              "for which a reader keeps each snapshot at least")
        .of_plan(workload, "hold-snapshot", "0")
        .only_if(has<&C::planned, &P::readers>),
    figure<&C::planned, &P::beside>("beside_command", Unit::none, first,
                                    "somebody else's command that ran meanwhile")
        .of_plan(workload, "beside", "none")
        .only_if(has<&C::planned, &P::beside>),
    figure<&C::planned, &P::as>("as", Unit::none, first, "the stack whose settings it had")
        .of_plan(told)
        .only_if(has<&C::planned, &P::as>),
    figure<&C::planned, &P::profile>("profile", Unit::none, first, "how the API behaves")
        .of_plan(identity, "profile"),
    figure<&C::planned, &P::strategy>("strategy", Unit::none, first,
                                      "how transactions are made durable")
        .of_plan(identity, "strategy"),
    figure<&C::planned, &P::connection>("axes.connection", Unit::none, first,
                                        "who owns a connection")
        .of_plan(identity, "connection"),
    figure<&C::planned, &P::commit>("axes.commit", Unit::none, first, "when is committed")
        .of_plan(identity, "commit"),
    figure<&C::planned, &P::begin>("axes.begin", Unit::none, first, "how transactions begin")
        .of_plan(identity, "begin"),
    figure<&C::planned, &P::guard>("axes.guard", Unit::none, first, "the OCC guard")
        .of_plan(identity, "guard"),
    figure<&C::planned, &P::queue>("axes.queue", Unit::none, first, "how writers queue")
        .of_plan(identity, "queue"),
    figure<&C::planned, &P::busy_handler>("axes.busy_handler", Unit::none, first,
                                          "how a connection waits for a lock")
        .of_plan(identity, "busy-handler")
        .may_be_absent(),
    figure<&C::planned, &P::perturb_ns>("perturb_ns", Unit::ns, first,
                                        "threads were made to pause for up to so long")
        .of_plan(workload, "perturb", "0")
        .only_if(has<&C::planned, &P::perturb_ns>),
    figure<&C::planned, &P::varied>("varied", Unit::none, first,
                                    "what else tells it apart from others of its run")
        .of_plan(told),
    figure<&C::planned, &P::limits>("planned_limits", Unit::none, first,
                                    "bounds that the user set for it"),
    figure<&C::planned, &P::schema>("schema", Unit::none, first, "tables, indexes and triggers")
        .of_plan(workload, "schema", "bench"),
    figure<&C::planned, &P::files>("file_count", Unit::count, first,
                                   "lifecycles; iterations of scripts, 0 with a duration")
        .of_plan(workload, "files", "818"),
    figure<&C::planned, &P::transitions_per_file>("transitions_per_file", Unit::count, first,
                                                  "the hydration included")
        .of_plan(workload),
    figure<&C::planned, &P::api_delay>("api_delay", Unit::none, first, "of each API call")
        .of_plan(workload, "api-delay", "0"),
    figure<&C::planned, &P::api_delay_ns>("api_delay_ns", Unit::ns, first, "its mean"),
    figure<&C::planned, &P::api_fail_rate>("api_fail_rate", Unit::share, first, "of each API call")
        .of_plan(workload, "fail-rate", "0")
        .within(0, 1),
    figure<&C::planned, &P::warmup_files>("warmup_files", Unit::count, first,
                                          "lifecycles before the clock starts")
        .of_plan(workload, "warmup"),
    figure<&C::planned, &P::checkpoint>("checkpoint", Unit::none, first, "who checkpoints")
        .of_plan(setting, "checkpoint", "auto"),
    figure<&C::planned, &P::checkpoint_every_frames>("checkpoint_every_frames", Unit::count, first,
                                                     "at how many frames one is due")
        .of_plan(setting, "wal-autocheckpoint", "1000"),
    figure<&C::planned, &P::wal_cap_frames>("wal_cap_frames", Unit::count, first,
                                            "above it a commit checkpoints itself")
        .of_plan(setting, "wal-cap", "0"),
    figure<&C::planned, &P::pragmas>("pragmas", Unit::none, first,
                                     "set and read back on every connection")
        .of_plan(setting, "pragma", "none")
        .may_be_absent(),
    figure<&C::planned, &P::library>("library", Unit::none, first, "the file of another SQLite")
        .of_plan(told, "library", "-")
        .only_if(has<&C::planned, &P::library>),
    figure<&C::planned, &P::memory_statistics>("memory_statistics", Unit::none, first,
                                               "whether SQLite counts its memory")
        .of_plan(setting, "memory-statistics", "on")
        .may_be_absent(),
    figure<&C::planned, &P::wal_reset_exposed>("wal_reset_exposed", Unit::none, first,
                                               "SQLite's WAL-reset bug can lose commits of it")
        .of_plan(told),

    // The settings, as SQLite says them.
    figure<&C::settings, &S::journal_mode>("settings.journal_mode", Unit::none, first,
                                           "PRAGMA journal_mode")
        .of_plan(setting, "journal-mode"),
    figure<&C::settings, &S::synchronous>("settings.synchronous", Unit::none, first,
                                          "PRAGMA synchronous")
        .of_plan(setting, "synchronous", "normal"),
    figure<&C::settings, &S::busy_timeout_ms>("settings.busy_timeout_ms", Unit::ms, first,
                                              "what the busy handler keeps")
        .of_plan(setting, "busy-timeout", "5000ms"),
    figure<&C::settings, &S::wal_autocheckpoint_frames>(
        "settings.wal_autocheckpoint_frames", Unit::count, first, "PRAGMA wal_autocheckpoint")
        .of_plan(setting),
    figure<&C::settings, &S::page_size_bytes>("settings.page_size_bytes", Unit::bytes, first,
                                              "PRAGMA page_size")
        .of_plan(setting, "page-size"),
    figure<&C::settings, &S::cache_size>("settings.cache_size", Unit::none, first,
                                         "PRAGMA cache_size: pages, or -KiB")
        .of_plan(setting, "cache-size")
        .within(kNegative, 1e15),
    figure<&C::settings, &S::locking_mode>("settings.locking_mode", Unit::none, first,
                                           "PRAGMA locking_mode")
        .of_plan(setting, "locking-mode"),
    figure<&C::settings, &S::sqlite_version>("settings.sqlite_version", Unit::none, first,
                                             "SELECT sqlite_version()")
        .only_if(has<&C::settings, &S::sqlite_version>),
    figure<&C::settings, &S::sqlite_source_id>("settings.sqlite_source_id", Unit::none, first,
                                               "SELECT sqlite_source_id()")
        .only_if(has<&C::settings, &S::sqlite_source_id>),
    figure<&C::settings, &S::memory_statistics>("settings.memory_statistics", Unit::none, first,
                                                "whether memory in use shows in them")
        .only_if(has<&C::settings, &S::memory_statistics>),
};

}  // namespace walbench::metrics::plan_rows

#include <algorithm>
#include <array>
#include <cstdint>

#include "metrics/result/figures.hpp"
#include "metrics/result/plan_rows.hpp"

namespace walbench::metrics {
namespace {

using C = ConfigurationResult;
using T = Stream;
using R = ConcurrencyReached;
using G = GroupsCommitted;
using L = WriteLockWaits;
using O = OtherLockSleeps;
using W = WalFigures;
using N = SlowestLifecycles;
using U = WalReuse;
using B = BesideProcess;
using enum Pooling;
using plan_rows::has;
using plan_rows::kNegative;

constexpr std::int64_t kMs = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr double kLongestSeconds = 9e9;  // as nanoseconds still a std::int64_t

/// Not of files of lifecycles that older versions wrote.
bool counts_outcomes(const C& each) {
  return each.iterations.has_value();
}

constexpr std::array kMeasuredRows = {
    figure<&C::repeats>("repeats_pooled", Unit::count, sum, "measurements in this one")
        .within(1, 1e15),
    scaled_figure<kSecond, &C::elapsed_ns>("elapsed_seconds", Unit::seconds, sum,
                                           "from all threads having met until all is durable")
        .within(1e-9, kLongestSeconds),
    scaled_figure<kSecond, &C::elapsed_longest_ns>("elapsed_longest_seconds", Unit::seconds,
                                                   largest, "the longest of those pooled")
        .within(0, kLongestSeconds),
    figure<&C::measured_epoch_ns>("measured_epoch_ns", Unit::ns, union_of_spans,
                                  "start and end, since 1970; of several measurements each")
        .only_if([](const C& each) { return !each.measured_epoch_ns.empty(); })
        .within(0, 9e18),
    derived<C>("transitions_per_second", Unit::per_second, "throughput",
               [](const C& each) -> FigureValue { return each.transitions_per_second(); }),
    derived<C>("commits_per_second", Unit::per_second, "COMMITs",
               [](const C& each) -> FigureValue { return each.commits_per_second(); }),
    figure<&C::iterations>("iterations", Unit::count, sum, "iterations committed").may_be_absent(),
    figure<&C::given_up, &GivenUp::busy>("given_up.busy", Unit::count, sum,
                                         "iterations without the write lock")
        .only_if(counts_outcomes),
    figure<&C::given_up, &GivenUp::conflict>("given_up.conflict", Unit::count, sum,
                                             "iterations whose rows had moved on")
        .only_if(counts_outcomes),
    figure<&C::given_up, &GivenUp::failed>("given_up.failed", Unit::count, sum,
                                           "iterations that failed otherwise")
        .only_if(counts_outcomes),
    derived<C>("failed", Unit::share, "share of the iterations that were given up",
               [](const C& each) -> FigureValue { return each.failed_share(); }),
    figure<&C::tries>("tries", Unit::count, sum, "iterations by their number of attempts")
        .only_if(counts_outcomes),
    figure<&C::first_failure>("first_failure", Unit::none, first,
                              "why the first iteration failed that did not lose a race")
        .only_if([](const C& each) { return !each.first_failure.empty(); }),
    figure<&C::verified_by>("verified_by", Unit::none, first, "what was looked at")
        .only_if([](const C& each) { return !each.verified_by.empty(); }),
    figure<&C::writes>("writes", Unit::count, sum, "transitions written"),
    figure<&C::commits>("commits", Unit::count, sum, "COMMITs that made them durable"),
    figure<&C::indexed_count>("indexed_count", Unit::count, sum, "rows found indexed"),
    figure<&C::verified>("verified", Unit::none, smallest, "every row is as it must be"),
    figure<&C::main, &T::samples_produced>("samples_produced", Unit::count, sum,
                                           "samples handed over"),
    figure<&C::main, &T::samples_recorded>("samples_recorded", Unit::count, sum,
                                           "samples in histograms"),
    figure<&C::main, &T::samples_out_of_range>("samples_out_of_range", Unit::count, sum,
                                               "samples longer than a histogram holds"),
    figure<&C::concurrency, &R::os_threads>("os_threads", Unit::count, smallest,
                                            "OS threads that had met when the clock started"),
    derived<C>("in_flight", Unit::count, "lifecycles that were to be in flight",
               [](const C& each) -> FigureValue { return each.planned.threads; }),
    figure<&C::concurrency, &R::in_flight_peak>("in_flight_peak", Unit::count, largest,
                                                "lifecycles in flight at most"),
    figure<&C::concurrency, &R::in_flight_mean>("in_flight_mean", Unit::count, mean_over_time,
                                                "lifecycles in flight on average"),
    figure<&C::concurrency, &R::lifecycles_per_thread>("lifecycles_per_thread", Unit::count, sum,
                                                       "lifecycles by thread"),
    figure<&C::concurrency, &R::lifecycles_stolen>("lifecycles_stolen", Unit::count, sum,
                                                   "done by another thread than planned"),
    figure<&C::api_calls>("api_calls", Unit::count, sum, "API calls"),
    figure<&C::api_failures>("api_failures", Unit::count, sum, "API calls that failed"),
    figure<&C::occ_conflicts>("occ_conflicts", Unit::count, sum, "rows that had moved on"),
    figure<&C::busy_retries>("busy_retries", Unit::count, sum, "sleeps of the busy handler"),
    figure<&C::busy_longest_us>("busy_longest_us", Unit::us, largest,
                                "sleep asked for in the longest wait"),
    figure<&C::snapshot_retries>("snapshot_retries", Unit::count, sum, "transactions begun anew"),
    figure<&C::unsaved_peak>("unsaved_peak", Unit::count, largest,
                             "acknowledged and not yet durable at most"),
    figure<&C::groups, &G::groups>("groups.count", Unit::count, sum, "groups committed")
        .only_if(has<&C::groups, &G::groups>)
        .within(1, 1e15),
    figure<&C::groups, &G::writes>("groups.writes", Unit::count, sum, "writes in them")
        .only_if(has<&C::groups, &G::groups>),
    derived<C>("groups.size_mean", Unit::count, "writes a group on average",
               [](const C& each) -> FigureValue { return each.groups.size_mean(); })
        .only_if(has<&C::groups, &G::groups>),
    figure<&C::groups, &G::size_p50>("groups.size_p50", Unit::count, smallest,
                                     "half of the groups are no larger")
        .only_if(has<&C::groups, &G::groups>),
    figure<&C::groups, &G::size_max>("groups.size_max", Unit::count, largest, "the largest")
        .only_if(has<&C::groups, &G::groups>),
    scaled_figure<kMs, &C::lock_wait_longest_ns>("lock_wait_longest_ms", Unit::ms, largest,
                                                 "the longest wait of one write")
        .within(0, kLongestSeconds),
    figure<&C::row_bytes_changed>("row_bytes_changed", Unit::bytes, sum,
                                  "new values of the columns written"),
    figure<&C::write_lock, &L::waits>("write_lock.waits", Unit::count, sum,
                                      "waits in the busy handler"),
    figure<&C::write_lock, &L::sleeps>("write_lock.sleeps", Unit::count, sum, "sleeps in them"),
    figure<&C::write_lock, &L::sleeps_most>("write_lock.sleeps_most", Unit::count, largest,
                                            "sleeps in one wait"),
    figure<&C::write_lock, &L::slept_ns>("write_lock.slept_ns", Unit::ns, sum, "slept in all"),
    figure<&C::write_lock, &L::stale>("write_lock.stale", Unit::count, sum,
                                      "locks let go because the snapshot was stale"),
    figure<&C::write_lock, &L::has_timeline>("write_lock.has_timeline", Unit::none, smallest,
                                             "the lock was followed in time"),
    figure<&C::write_lock, &L::held_ns>("write_lock.held_ns", Unit::ns, sum,
                                        "slept while another writer held the lock")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::free_ns>("write_lock.free_ns", Unit::ns, sum,
                                        "slept while nobody held it")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::missed_ns>("write_lock.missed_ns", Unit::ns, sum,
                                          "slept after it had first been free")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::overtaken_p50>("write_lock.overtaken_p50", Unit::count, largest,
                                              "others that got it during a wait: median")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::overtaken_p99>("write_lock.overtaken_p99", Unit::count, largest,
                                              "the same: P99")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::overtaken_max>("write_lock.overtaken_max", Unit::count, largest,
                                              "the same: at most")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::acquisitions>("write_lock.acquisitions", Unit::count, sum,
                                             "times it was taken")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::lock_held_ns>("write_lock.lock_held_ns", Unit::ns, sum,
                                             "held by anybody")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::lock_free_longest_ns>("write_lock.lock_free_longest_ns", Unit::ns,
                                                     largest, "the longest that it was free")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::write_lock, &L::followed_ns>("write_lock.followed_ns", Unit::ns, sum,
                                            "how long it was followed")
        .only_if(has<&C::write_lock, &L::has_timeline>),
    figure<&C::other_sleeps, &O::database>("other_sleeps.database", Unit::count, sum,
                                           "sleeps for the database file's lock: connecting"),
    figure<&C::other_sleeps, &O::checkpoint>("other_sleeps.checkpoint", Unit::count, sum,
                                             "sleeps by or for a checkpoint"),
    figure<&C::other_sleeps, &O::recovery>("other_sleeps.recovery", Unit::count, sum,
                                           "sleeps while the WAL was recovered"),
    figure<&C::other_sleeps, &O::reader>("other_sleeps.reader", Unit::count, sum,
                                         "sleeps behind a reader"),
    figure<&C::other_sleeps, &O::unknown>("other_sleeps.unknown", Unit::count, sum,
                                          "sleeps without a refused lock"),
    figure<&C::wal, &W::size_start_bytes>("wal_size_start_bytes", Unit::bytes, first,
                                          "size of the -wal file at the start"),
    figure<&C::wal, &W::size_end_bytes>("wal_size_end_bytes", Unit::bytes, last, "at the end"),
    figure<&C::wal, &W::growth_bytes>("wal_delta_bytes", Unit::bytes, sum,
                                      "by which writes extended it"),
    figure<&C::wal, &W::peak_bytes>("wal_peak_bytes", Unit::bytes, largest, "its largest size"),
    figure<&C::wal, &W::bytes_written>("wal_bytes_written", Unit::bytes, sum, "written to it"),
    figure<&C::wal, &W::frames>("wal_frames", Unit::count, sum, "frames written to it"),
    figure<&C::wal, &W::checkpoints>("checkpoints", Unit::count, sum,
                                     "checkpoints that moved a page"),
    scaled_figure<kSecond, &C::wal, &W::checkpoint_ns>("checkpoint_seconds", Unit::seconds, sum,
                                                       "they took, syncs included")
        .within(0, kLongestSeconds),
    scaled_figure<kMs, &C::wal, &W::checkpoint_longest_ns>("checkpoint_longest_ms", Unit::ms,
                                                           largest, "the longest of them")
        .within(0, kLongestSeconds),
    figure<&C::wal, &W::checkpoints_capped>("checkpoints_capped", Unit::count, sum,
                                            "made by a commit because of the cap"),
    figure<&C::beside, &B::stopped>("beside.stopped", Unit::none, smallest,
                                    "it ran until the end, and was stopped")
        .may_be_absent(),
    figure<&C::beside, &B::exit_code>("beside.exit_code", Unit::count, largest, "its exit code")
        .may_be_absent(),
    figure<&C::beside, &B::signal>("beside.signal", Unit::count, largest,
                                   "the signal that ended it")
        .may_be_absent(),
    figure<&C::beside, &B::last_error>("beside.last_error", Unit::none, last,
                                       "its last line on stderr")
        .may_be_absent(),
    figure<&C::reuse, &U::restarts>("wal_restarts", Unit::count, sum,
                                    "times that the WAL started over")
        .may_be_absent(),
    figure<&C::reuse, &U::refused>("wal_restarts_refused", Unit::count, sum,
                                   "times that somebody who read kept it from that")
        .may_be_absent(),
    figure<&C::reuse, &U::limited_checkpoints>("checkpoints_limited", Unit::count, sum,
                                               "those of them that left frames behind")
        .may_be_absent(),
    figure<&C::reuse, &U::frames_most>("wal_frames_kept", Unit::count, largest,
                                       "frames that one checkpoint left behind at most")
        .may_be_absent(),
    figure<&C::reuse, &U::growth_bytes>("wal_kept_bytes", Unit::bytes, sum,
                                        "by which it grew while it was kept")
        .may_be_absent(),
    figure<&C::wal, &W::wal_syncs>("wal_syncs", Unit::count, sum, "syncs of the -wal file"),
    figure<&C::wal, &W::db_syncs>("db_syncs", Unit::count, sum, "syncs of the database file"),
    figure<&C::wal, &W::db_bytes_written>("db_bytes_written", Unit::bytes, sum,
                                          "written to the database file"),
    figure<&C::wal, &W::wal_writes>("wal_writes", Unit::count, sum,
                                    "calls that wrote to the -wal file"),
    figure<&C::wal, &W::db_writes>("db_pages_written", Unit::count, sum,
                                   "pages written to the database file"),
    figure<&C::ceiling, &CeilingPoint::group_size>("ceiling.group_size", Unit::count, first,
                                                   "writes a transaction of the ceiling")
        .may_be_absent()
        .within(1, 1e15),
    figure<&C::ceiling, &CeilingPoint::checkpoint>("ceiling.checkpoint", Unit::none, first,
                                                   "who checkpointed")
        .may_be_absent(),
    figure<&C::ceiling, &CeilingPoint::writes_per_second>(
        "ceiling.writes_per_second", Unit::per_second, first, "what one thread can write at all")
        .may_be_absent(),
    figure<&C::ceiling, &CeilingPoint::least_per_second>(
        "ceiling.least_per_second", Unit::per_second, smallest, "in the slowest of its rounds")
        .may_be_absent(),
    figure<&C::ceiling, &CeilingPoint::most_per_second>("ceiling.most_per_second", Unit::per_second,
                                                        largest, "in the fastest of its rounds")
        .may_be_absent(),
    figure<&C::load, &MachineLoad::others_cores>("load.others_cores", Unit::count, mean_over_time,
                                                 "CPUs that others kept busy")
        .may_be_absent()
        .within(kNegative, 1e15),
    figure<&C::load, &MachineLoad::pressure>(
        "load.pressure", Unit::share, mean_over_time,
        "time in which others waited for a CPU, or anybody for memory")
        .may_be_absent()
        .within(0, 1),
    figure<&C::slowest, &N::count>("slowest.count", Unit::count, sum, "the slowest 1 %")
        .only_if(has<&C::slowest, &N::count>)
        .within(1, 1e15),
    figure<&C::slowest, &N::net_ns>("slowest.net_ns", Unit::ns, sum, "their fsm_net in all")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::read_ns>("slowest.read_ns", Unit::ns, sum, "their read")
        .only_if([](const C& each) { return each.slowest.read_ns > 0; }),
    figure<&C::slowest, &N::lock_wait_ns>("slowest.lock_wait_ns", Unit::ns, sum, "their lock_wait")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::statement_ns>("slowest.statement_ns", Unit::ns, sum, "their statement")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::commit_ns>("slowest.commit_ns", Unit::ns, sum, "their commit")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::hydrate_ns>("slowest.fsm_hydrate_ns", Unit::ns, sum,
                                        "their fsm_hydrate")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::dispatch_ns>("slowest.fsm_dispatch_ns", Unit::ns, sum,
                                         "their fsm_dispatch")
        .only_if(has<&C::slowest, &N::count>),
    figure<&C::slowest, &N::other_ns>("slowest.other_ns", Unit::ns, sum, "their other")
        .only_if(has<&C::slowest, &N::count>),
};

constexpr auto kConfigurationFigures = [] {
  std::array<Figure<C>, plan_rows::kRows.size() + kMeasuredRows.size()> all;
  std::ranges::copy(plan_rows::kRows, all.begin());
  std::ranges::copy(kMeasuredRows, all.begin() + plan_rows::kRows.size());
  return all;
}();

}  // namespace

std::span<const Figure<ConfigurationResult>> configuration_figures() {
  return kConfigurationFigures;
}

}  // namespace walbench::metrics

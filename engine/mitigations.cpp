#include "engine/mitigations.hpp"

#include <optional>

namespace walbench::engine {
namespace {

constexpr std::string_view kReducedGuards = "reduced-guards";
constexpr std::string_view kSelectGuard = "select-guard";

storage::Axes axes_of(std::string_view strategy) {
  return storage::find_strategy(strategy).value_or(storage::Strategy{}).axes;
}

std::vector<Mitigation> catalogue() {
  return {
      {{.name = std::string(kReducedGuards),
        .description = "the UPDATE is guarded by version alone, no longer by state and version",
        .cost = "one condition less in a statement",
        .risk = "none to data: the version alone tells whether the row has moved on",
        .effort = 1,
        .recommendable = true},
       axes_of(kReducedGuards)},
      {{.name = std::string(kSelectGuard),
        .description =
            "read the row, compare, then UPDATE: a read-to-write upgrade, as often shipped",
        .cost =
            "a statement more a transition, and transactions begun anew with SQLITE_BUSY_SNAPSHOT",
        .risk = "code that does not retry SQLITE_BUSY_SNAPSHOT loses the transition: the busy "
                "handler is not called for it. Measured as a warning, not as a remedy",
        .effort = 1,
        .recommendable = false},
       {.guard = storage::GuardAxis::select}},
      {{.name = "pooled-connection",
        .description = "each thread keeps a connection instead of opening one for each file",
        .cost = "a connection pool; a page cache for each thread",
        .risk = "none to data",
        .effort = 2,
        .recommendable = true},
       axes_of("pooled-connection")},
      {{.name = "shared-connection",
        .description = "all threads take turns on one connection, each holding a mutex over its "
                       "whole transaction",
        .cost = "every database access has to take that mutex, reads on this connection included",
        .risk = "none to data; a mutex is not fair, so look at the maximum: some writers starve",
        .effort = 3,
        .recommendable = true},
       axes_of("shared-connection")},
      {{.name = "fair-queue",
        .description =
            "connections are pooled, writers queue in order of arrival in front of BEGIN "
            "IMMEDIATE",
        .cost = "a fair queue in front of every writing transaction; throughput, since each turn "
                "wakes a thread",
        .risk = "none to data; writers of other processes do not queue there",
        .effort = 4,
        .recommendable = true},
       axes_of("fair-queue")},
      {{.name = "group-commit",
        .description =
            "writes are queued, one committer makes a transaction of all that are there, "
            "and each is acknowledged when its group is durable",
        .cost = "asynchronous state writes: code that writes has to suspend until its group is "
                "committed; a committer, and a thread that checkpoints",
        .risk =
            "none to data: nothing is acknowledged before its COMMIT; a COMMIT that fails fails "
            "its whole group",
        .effort = 5,
        .recommendable = true},
       axes_of("group-commit")},
      {{.name = "batch",
        .description = "one connection for all, and a COMMIT for every 10 transitions",
        .cost = "the write lock is held until a batch is full, also while the API is being called",
        .risk =
            "transitions are acknowledged before they are durable: a crash loses up to 9 of them",
        .effort = 6,
        .recommendable = false},
       axes_of("batch")},
  };
}

}  // namespace

const std::vector<Mitigation>& all_mitigations() {
  static const std::vector<Mitigation> all = catalogue();
  return all;
}

std::vector<Mitigation> find_mitigations(std::string_view name) {
  std::vector<Mitigation> found;
  for (const Mitigation& each : all_mitigations()) {
    const bool companion = name == kReducedGuards && each.info.name == kSelectGuard;
    if (each.info.name == name || companion) found.push_back(each);
  }
  return found;
}

}  // namespace walbench::engine

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/axes.hpp"

namespace walbench::storage {

/// A named point in the axes, and what adopting it means.
struct Strategy {
  std::string_view name;
  Axes axes;
  ChangeKind kind = ChangeKind::setting;
  std::int64_t effort = 0;     ///< to adopt it: 1 is the least, 0 is the baseline's
  bool recommendable = false;  ///< false if its risk is one that nobody should be talked into
  std::string_view summary;    ///< a few words
  std::string_view description;
  std::string_view cost;
  std::string_view risk;
  std::string_view companion = {};  ///< the strategy that is always measured along with this one
};

/// Every strategy that has a name: the baseline, then by rising effort, and by name.
inline constexpr std::array kStrategies = {
    Strategy{
        .name = "per-file",
        .axes = {},
        .summary = "a connection for each lifecycle (the baseline)",
        .description = "each iteration opens a connection, writes through it and closes it",
        .cost = "opening and closing connections",
        .risk = "none to data",
    },
    Strategy{
        .name = "begin-immediate",
        .axes = {.begin = BeginAxis::immediate},
        .kind = ChangeKind::code,
        .effort = 1,
        .recommendable = true,
        .summary = "per-file, taking the write lock at BEGIN",
        .description = "each writing transaction begins with BEGIN IMMEDIATE, so that it waits for "
                       "the write lock at once and is never refused in its middle",
        .cost = "transactions that turn out to write nothing take the write lock, too",
        .risk = "none to data",
    },
    Strategy{
        .name = "reduced-guards",
        .axes = {.guard = GuardAxis::version},
        .kind = ChangeKind::code,
        .effort = 1,
        .recommendable = true,
        .summary = "per-file, guarded by version alone",
        .description = "the UPDATE is guarded by version alone instead of by state and version",
        .cost = "one condition less in a statement",
        .risk = "none to data: the version alone shows whether another writer changed the row",
        // The cost of a guard shows only beside the read-then-write that people ship.
        .companion = "select-guard",
    },
    Strategy{
        .name = "select-guard",
        .axes = {.guard = GuardAxis::select},
        .kind = ChangeKind::code,
        .effort = 1,
        .recommendable = false,
        .summary = "per-file, reading each row before it writes it",
        .description = "read the row, compare, then UPDATE: a read-to-write upgrade, as often "
                       "shipped",
        .cost = "one statement more per transaction, and transactions begun anew after "
                "SQLITE_BUSY_SNAPSHOT",
        .risk = "code that does not retry SQLITE_BUSY_SNAPSHOT loses the write: SQLite does "
                "not call the busy handler for it. Measured as a warning, not as a remedy",
    },
    Strategy{
        .name = "pooled-connection",
        .axes = {.connection = ConnectionAxis::per_worker()},
        .kind = ChangeKind::pool,
        .effort = 2,
        .recommendable = true,
        .summary = "a connection for each thread",
        .description = "each thread keeps a connection instead of opening one each time",
        .cost = "a connection pool; a page cache for each thread",
        .risk = "none to data",
    },
    Strategy{
        .name = "constant-retry",
        .axes = {.connection = ConnectionAxis::per_worker(),
                 .busy_handler = BusyHandlerAxis::constant(std::chrono::milliseconds(1))},
        .kind = ChangeKind::pool,
        .effort = 3,
        .recommendable = true,
        .summary = "a connection for each thread, which tries every millisecond to get the lock",
        .description = "each thread keeps a connection, and its busy handler sleeps 1 ms between "
                       "tries instead of up to 100 ms",
        .cost = "a busy handler of one's own; CPU time, since each waiter wakes every millisecond",
        .risk = "none to data",
    },
    Strategy{
        .name = "shared-connection",
        .axes = {.connection = ConnectionAxis::shared(), .queue = QueueAxis::mutex},
        .kind = ChangeKind::pool,
        .effort = 4,
        .recommendable = true,
        .summary = "one connection for all, behind a mutex",
        .description = "all threads take turns on one connection, and each holds a mutex during "
                       "its whole transaction",
        .cost = "every database access has to take that mutex, reads on this connection included",
        .risk = "none to data; a mutex is not fair, so look at the maximum: some writers starve",
    },
    Strategy{
        .name = "fair-queue",
        .axes = {.connection = ConnectionAxis::per_worker(),
                 .begin = BeginAxis::immediate,
                 .queue = QueueAxis::fifo},
        .kind = ChangeKind::code,
        .effort = 5,
        .recommendable = true,
        .summary = "a connection for each thread; writers queue in order of arrival",
        .description = "connections are pooled, and writers queue in order of arrival before "
                       "BEGIN IMMEDIATE",
        .cost = "a fair queue before every writing transaction; throughput, since each turn wakes "
                "a thread",
        .risk = "none to data; writers of other processes do not queue there",
    },
    Strategy{
        .name = "writer-thread",
        .axes = {.connection = ConnectionAxis::shared(),
                 .begin = BeginAxis::immediate,
                 .commit = CommitAxis::group(1)},
        .kind = ChangeKind::architecture,
        .effort = 6,
        .recommendable = true,
        .summary = "one thread writes for all, one transaction after another",
        .description = "writes are queued, and one thread commits each in a transaction of its "
                       "own, first come, first served",
        .cost = "asynchronous writes: the code that writes has to suspend until its transaction is "
                "committed; a thread that writes, and one that checkpoints",
        .risk = "none to data; writers of other processes do not queue there",
    },
    Strategy{
        .name = "group-commit",
        .axes = {.connection = ConnectionAxis::shared(),
                 .begin = BeginAxis::immediate,
                 .commit = CommitAxis::group()},
        .kind = ChangeKind::architecture,
        .effort = 7,
        .recommendable = true,
        .summary = "one committer writes for all, everything that is queued in one transaction",
        .description = "writes are queued, one committer puts all that are there into one "
                       "transaction, and each is acknowledged when its group is durable",
        .cost = "asynchronous writes: the code that writes has to suspend until its group is "
                "committed; a committer, and a thread that checkpoints",
        .risk = "none to data: nothing is acknowledged before its COMMIT; a COMMIT that fails "
                "fails its whole group",
    },
    Strategy{
        .name = "batch",
        .axes = {.connection = ConnectionAxis::shared(),
                 .queue = QueueAxis::mutex,
                 .commit = CommitAxis::batch(10)},
        .kind = ChangeKind::architecture,
        .effort = 8,
        .recommendable = false,
        .summary = "one connection for all, a COMMIT every 10 transitions",
        .description = "one connection for all, and a COMMIT for every 10 transitions",
        .cost = "the write lock is held until a batch is full, also while the API is being called",
        .risk = "transitions are acknowledged before they are durable: a crash loses up to 9 of "
                "them",
    },
};

/// What adopting these axes risks: `none to data`, or what else.
struct AxesRisk {
  std::string text;
  bool recommendable = true;
};
AxesRisk risk_of(const Axes& axes);

/// The strategy of that name, or nothing.
std::optional<Strategy> find_strategy(std::string_view name);

/// The name of the strategy with exactly these axes; if there is none, `base` and what differs from
/// it, as in `per-file+begin-immediate+queue-fifo`. `base` is a strategy's name.
std::string describe_strategy(std::string_view base, const Axes& axes);

}  // namespace walbench::storage

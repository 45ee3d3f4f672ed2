#include "storage/sqlite/strategy/raw_writes.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/strategy/prepared_connection.hpp"

namespace walbench::storage {
namespace {

using Group = std::vector<std::unique_ptr<PlainIteration>>;

/// The judge of everybody else's loop, so it shares none of it.
void write_statements(PreparedConnection& connection, const Transaction& transaction) {
  for (const StatementCall& call : transaction.statements) {
    TimestampText now{};
    Statement& statement = connection.bind(call, now);
    connection.connection().check(statement.run(), transaction.subject);
    if (!call.rows.holds(connection.connection().changes())) {
      throw OccConflict("OCC conflict: '" + std::string(transaction.subject) +
                        "' is not as it was left");
    }
  }
}

/// One transaction of each of the group's iterations; returns how many there were.
std::int64_t write_group(PreparedConnection& connection, const Group& group, std::size_t step) {
  std::int64_t written = 0;
  CommitWaits unused;
  connection.connection().check(connection.begin(), "BEGIN IMMEDIATE");
  for (const std::unique_ptr<PlainIteration>& iteration : group) {
    if (step >= iteration->transactions().size()) continue;
    write_statements(connection, iteration->transactions()[step]);
    ++written;
  }
  connection.connection().check(connection.commit(unused), "COMMIT");
  return written;
}

}  // namespace

RawWrites write_raw(const std::string& db_path, const ConnectionSettings& settings,
                    const CountingVfs& vfs, const RawOrder& order, const metrics::Clock& clock,
                    const std::stop_token& stop) {
  const std::unique_ptr<Checkpointer> checkpointer = make_checkpointer(db_path, settings, vfs);
  PreparedConnection connection(db_path, vfs.name(), settings, BeginAxis::immediate,
                                order.statements, false);
  if (checkpointer) checkpointer->watch(connection.connection());

  RawWrites done;
  Group group;
  for (std::int64_t first = 0; first < order.iterations; first += order.group_size) {
    if (stop.stop_requested()) {
      throw StorageError("the raw writes were interrupted", ErrorKind::interrupted);
    }
    group.clear();
    const std::int64_t end = std::min(first + order.group_size, order.iterations);
    std::size_t steps = 0;
    for (std::int64_t iteration = first; iteration < end; ++iteration) {
      group.push_back(order.iteration(iteration));
      steps = std::max(steps, group.back()->transactions().size());
    }
    const std::int64_t started_ns = clock.now_ns();
    for (std::size_t step = 0; step < steps; ++step) {
      done.writes += write_group(connection, group, step);
    }
    done.elapsed_ns += clock.now_ns() - started_ns;
  }
  if (checkpointer) checkpointer->rethrow_failure();
  return done;
}

}  // namespace walbench::storage

#include "storage/sqlite/raw_writes.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "storage/sqlite/schema.hpp"
#include "storage/sqlite/strategy/checkpointer.hpp"
#include "storage/sqlite/transition_statements.hpp"

namespace walbench::storage {
namespace {

constexpr std::int64_t kTransitions = 3;

/// One file's path and what its columns are to hold.
struct RawFile {
  std::string path;
  ExpectedRow row;
};

TransitionWrite transition(const RawFile& file, std::int64_t version) {
  switch (version) {
    case 0:
      return {.file_path = file.path,
              .from = LifecycleState::untracked,
              .to = LifecycleState::uploading,
              .version = 0};
    case 1:
      return {.file_path = file.path,
              .from = LifecycleState::uploading,
              .to = LifecycleState::processing,
              .version = 1,
              .remote_file_id = file.row.remote_file_id,
              .remote_file_uri = file.row.remote_file_uri};
    default:
      return {.file_path = file.path,
              .from = LifecycleState::processing,
              .to = LifecycleState::indexed,
              .version = 2,
              .store_doc_id = file.row.store_doc_id};
  }
}

void write_group(TransitionStatements& statements, const std::vector<RawFile>& group,
                 std::int64_t version) {
  const Connection& connection = statements.connection();
  connection.check(statements.begin(), "BEGIN IMMEDIATE");
  for (const RawFile& file : group) {
    connection.check(statements.update(transition(file, version)), "UPDATE");
  }
  connection.check(statements.commit(), "COMMIT");
}

}  // namespace

RawWrites write_raw(const std::string& db_path, const ConnectionSettings& settings,
                    const CountingVfs& vfs, const RawOrder& order, const metrics::Clock& clock,
                    const std::stop_token& stop) {
  const std::unique_ptr<Checkpointer> checkpointer = make_checkpointer(db_path, settings, vfs);
  TransitionStatements statements(db_path, vfs.name(), settings, BeginAxis::immediate,
                                  GuardAxis::where);
  if (checkpointer) checkpointer->watch(statements.connection());

  RawWrites done;
  std::vector<RawFile> group;
  for (std::int64_t first = 0; first < order.files; first += order.group_size) {
    if (stop.stop_requested()) throw std::runtime_error("the raw writes were interrupted");
    group.clear();
    const std::int64_t end = std::min(first + order.group_size, order.files);
    for (std::int64_t file = first; file < end; ++file) {
      std::string path = bench_file_path(file);
      ExpectedRow row = order.answers(file, path);
      group.push_back({std::move(path), std::move(row)});
    }
    const std::int64_t started_ns = clock.now_ns();
    for (std::int64_t version = 0; version < kTransitions; ++version) {
      write_group(statements, group, version);
    }
    done.elapsed_ns += clock.now_ns() - started_ns;
    done.writes += kTransitions * static_cast<std::int64_t>(group.size());
  }
  if (checkpointer) checkpointer->rethrow_failure();
  return done;
}

}  // namespace walbench::storage

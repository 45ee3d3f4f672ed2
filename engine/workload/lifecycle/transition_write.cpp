#include "engine/workload/lifecycle/transition_write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace walbench::engine {
namespace {

using storage::GuardAxis;

// The first parameters of every update; those of the step's columns follow, then, unless the guard
// is `select`, the version that the row must have.
constexpr std::size_t kNow = 0;
constexpr std::size_t kNextVersion = 1;
constexpr std::size_t kFilePath = 2;
constexpr std::size_t kFirstColumn = 3;

constexpr std::size_t kQuery = kLifecycleSteps.size();

std::string update_sql(const LifecycleStep& step, GuardAxis guard) {
  std::string sql = fmt::format("UPDATE files SET gemini_state='{}', ", state_name(step.to));
  std::size_t parameter = kFirstColumn;
  for (const ColumnWrite& write : step.sets()) {
    if (write.holds == Holds::now) {
      sql += fmt::format("{}=?{}, ", write.column, kNow + 1);
    } else if (write.holds == Holds::nothing) {
      sql += fmt::format("{}=NULL, ", write.column);
    } else {
      sql += fmt::format("{}=?{}, ", write.column, ++parameter);
    }
  }
  sql += fmt::format("gemini_state_updated_at=?{}, version=?{} WHERE file_path=?{}", kNow + 1,
                     kNextVersion + 1, kFilePath + 1);
  if (guard == GuardAxis::where)
    sql += fmt::format(" AND gemini_state='{}'", state_name(step.from));
  if (guard != GuardAxis::select) sql += fmt::format(" AND version=?{}", ++parameter);
  return sql;
}

}  // namespace

std::string_view TransitionWrite::text(Holds holds) const {
  switch (holds) {
    case Holds::remote_file_id: return remote_file_id;
    case Holds::remote_file_uri: return remote_file_uri;
    case Holds::store_doc_id: return store_doc_id;
    case Holds::error_message: return error_message;
    case Holds::nothing:
    case Holds::now: break;
  }
  return {};
}

std::int64_t changed_bytes(const TransitionWrite& write) {
  constexpr std::size_t kTimestamp = 26;
  constexpr std::size_t kVersion = 8;
  std::size_t bytes = state_name(write.step().to).size() + kVersion + kTimestamp;
  for (const ColumnWrite& column : write.step().sets()) {
    bytes += column.holds == Holds::now ? kTimestamp : write.text(column.holds).size();
  }
  return static_cast<std::int64_t>(bytes);
}

std::string conflict_text(const TransitionWrite& write) {
  return fmt::format(
      "OCC conflict: '{}' is not {} at version {}; another writer changed or removed the row",
      write.file_path, state_name(write.step().from), write.version);
}

storage::StatementTexts lifecycle_statements(GuardAxis guard) {
  storage::StatementTexts texts;
  for (const LifecycleStep& step : kLifecycleSteps) {
    const bool often = std::ranges::find(kSuccess, step.event) != kSuccess.end();
    texts.push_back({update_sql(step, guard), often});
  }
  if (guard == GuardAxis::select) {
    texts.emplace_back().sql =
        "SELECT 1 FROM files WHERE file_path=?1 AND gemini_state=?2 AND version=?3";
  }
  return texts;
}

void TransitionTransaction::set(const TransitionWrite& write) {
  const LifecycleStep& step = write.step();
  parameters_[kNow] = storage::Now();
  parameters_[kNextVersion] = write.version + 1;
  parameters_[kFilePath] = write.file_path;
  std::size_t count = kFirstColumn;
  for (const ColumnWrite& column : step.sets()) {
    if (column.holds == Holds::now || column.holds == Holds::nothing) continue;
    parameters_[count++] = write.text(column.holds);
  }
  if (guard_ != GuardAxis::select) parameters_[count++] = write.version;

  std::size_t calls = 0;
  if (guard_ == GuardAxis::select) {
    query_parameters_ = {write.file_path, state_name(step.from), write.version};
    calls_[calls++] = {kQuery, query_parameters_, storage::ExpectedRows::exactly(1)};
  }
  calls_[calls++] = {static_cast<std::size_t>(write.event), std::span(parameters_).first(count),
                     storage::ExpectedRows::exactly(1)};
  transaction_ = {write.file_path, std::span(calls_).first(calls)};
}

}  // namespace walbench::engine

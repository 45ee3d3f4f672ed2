// The lifecycle as a workload: its rows to start with, how to put them back, and what they must
// hold in the end. All of it follows from kLifecycleSteps.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <variant>
#include <vector>

#include "engine/workload/lifecycle/lifecycle.hpp"
#include "engine/workload/lifecycle/lifecycle_reads.hpp"
#include "engine/workload/lifecycle/transition_write.hpp"
#include "engine/workload/lifecycle/transitions.hpp"

namespace walbench::engine {
namespace {

constexpr std::int64_t kFileSizeBytes = 1024;

/// Every column that a step sets, with what it holds at the end of a lifecycle.
std::vector<ColumnWrite> final_columns() {
  std::vector<ColumnWrite> columns;
  const auto note = [&](const ColumnWrite& write, Holds holds) {
    const auto found = std::ranges::find(columns, write.column, &ColumnWrite::column);
    if (found == columns.end()) {
      columns.push_back({write.column, holds});
    } else {
      found->holds = holds;
    }
  };
  for (const LifecycleStep& step : kLifecycleSteps) {
    for (const ColumnWrite& write : step.sets()) {
      note(write, Holds::nothing);
    }
  }
  for (const LifecycleEvent event : kSuccess) {
    for (const ColumnWrite& write : step_of(event).sets()) {
      note(write, write.holds);
    }
  }
  columns.push_back({"gemini_state_updated_at", Holds::now});
  return columns;
}

/// The writes of a lifecycle in which no call fails.
class PlainLifecycle final : public storage::PlainIteration {
 public:
  PlainLifecycle(std::string path, storage::GuardAxis guard)
      : path_(std::move(path)),
        uploaded_(MockApi::uploaded_file(path_)),
        document_(MockApi::document_id(uploaded_.name)) {
    for (std::size_t version = 0; version < kSuccess.size(); ++version) {
      const TransitionWrite write = {.file_path = path_,
                                     .event = kSuccess[version],
                                     .version = static_cast<std::int64_t>(version),
                                     .remote_file_id = uploaded_.name,
                                     .remote_file_uri = uploaded_.uri,
                                     .store_doc_id = document_};
      transactions_[version] = writes_.emplace_back(write, guard).get();
    }
  }

  std::span<const storage::Transaction> transactions() const override { return transactions_; }

 private:
  std::string path_;
  UploadedFile uploaded_;
  std::string document_;
  std::deque<TransitionTransaction> writes_;
  std::array<storage::Transaction, kSuccess.size()> transactions_;
};

/// One file's INSERT.
struct SeedRow {
  std::string path;
  std::string hash;
  std::array<storage::Value, 4> values;
};

bool is_null(const storage::Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

bool holds_text(const storage::Value& value, std::string_view text) {
  const auto* const held = std::get_if<std::string_view>(&value);
  return held != nullptr && *held == text;
}

/// Compares rows with what their lifecycles must have left.
class RowCheck {
 public:
  RowCheck(const LifecyclePlan& plan, const MockApi& api) : plan_(plan), api_(api) {}

  static constexpr std::array<std::string_view, 5> kFirstColumns = {
      "rowid", "file_path", "content_hash", "gemini_state", "version"};

  std::string sql() const {
    std::string columns(fmt::format("{}", fmt::join(kFirstColumns, ", ")));
    for (const ColumnWrite& column : columns_) {
      columns.append(", ").append(column.column);
    }
    return "SELECT " + columns + " FROM files ORDER BY rowid";
  }

  /// Rows were inserted in the order of the files, so a row's id shows which file it is.
  void operator()(std::span<const storage::Value> row, Verification& found) const {
    const std::int64_t file = std::get<std::int64_t>(row[0]) - 1;
    const std::string path = bench_file_path(file);
    const std::string_view wrong = wrong_column(row, file, path);
    found.rows += 1;
    if (holds_text(row[3], kFinalState)) found.rows_finished += 1;
    if (wrong.empty()) {
      found.rows_right += 1;
    } else if (found.first_wrong.empty()) {
      found.first_wrong = path + ": " + std::string(wrong);
    }
  }

 private:
  static constexpr std::string_view kFinalState = state_name(step_of(kSuccess.back()).to);

  /// The name of the first column that is not as it must be, or empty.
  std::string_view wrong_column(std::span<const storage::Value> row, std::int64_t file,
                                const std::string& path) const {
    const auto* const version = std::get_if<std::int64_t>(&row[4]);
    if (!holds_text(row[1], path)) return kFirstColumns[1];
    if (!holds_text(row[2], bench_content_hash(plan_.seed, file))) return kFirstColumns[2];
    if (!holds_text(row[3], kFinalState)) return kFirstColumns[3];
    if (version == nullptr || *version != final_version(api_.fate(path))) return kFirstColumns[4];

    const UploadedFile uploaded = MockApi::uploaded_file(path);
    const std::string document = MockApi::document_id(uploaded.name);
    const TransitionWrite answers = {.file_path = path,
                                     .remote_file_id = uploaded.name,
                                     .remote_file_uri = uploaded.uri,
                                     .store_doc_id = document};
    for (std::size_t index = 0; index < columns_.size(); ++index) {
      const storage::Value& value = row[kFirstColumns.size() + index];
      if (!is_right(value, columns_[index].holds, answers)) return columns_[index].column;
    }
    return {};
  }

  static bool is_right(const storage::Value& value, Holds holds, const TransitionWrite& answers) {
    if (holds == Holds::nothing) return is_null(value);
    if (holds == Holds::now) return !is_null(value);
    return holds_text(value, answers.text(holds));
  }

  const LifecyclePlan& plan_;
  const MockApi& api_;
  const std::vector<ColumnWrite> columns_ = final_columns();
};

}  // namespace

LifecycleWorkload::LifecycleWorkload(const LifecyclePlan& plan, const metrics::Clock& clock,
                                     const std::stop_token& stop, AckLog* acks)
    : plan_(plan), api_(clock, plan.api, stop), immediate_(clock, {}, stop), acks_(acks) {}

storage::Content LifecycleWorkload::content() const {
  const auto row = [held = SeedRow(), seed = plan_.seed](
                       std::int64_t file) mutable -> std::span<const storage::Value> {
    held.path = bench_file_path(file);
    held.hash = bench_content_hash(seed, file);
    const std::string_view path = held.path;
    held.values = {path, std::string_view(held.hash), path.substr(path.rfind('/') + 1),
                   kFileSizeBytes};
    return held.values;
  };
  return {schema_sql(plan_.schema),
          "INSERT INTO files(file_path, content_hash, filename, file_size) VALUES(?1, ?2, ?3, ?4)",
          plan_.files, row};
}

std::vector<metrics::StreamId> LifecycleWorkload::streams() const {
  return {{.role = "writers", .kind = "lifecycle", .outcome = "committed"}};
}

storage::StatementTexts LifecycleWorkload::statements() const {
  return lifecycle_statements(plan_.guard);
}

Task LifecycleWorkload::iterate(std::int64_t number, IterationContext context,
                                IterationOutcome& outcome) const {
  const bool counts = !context.warm_up;
  return run_lifecycle(bench_file_path(number), plan_.guard, context, counts ? api_ : immediate_,
                       outcome, counts ? acks_ : nullptr);
}

std::unique_ptr<storage::PlainIteration> LifecycleWorkload::plain_iteration(
    std::int64_t number) const {
  return std::make_unique<PlainLifecycle>(bench_file_path(number), plan_.guard);
}

std::unique_ptr<Iterations> LifecycleWorkload::readers(std::size_t /*readers*/) const {
  return std::make_unique<LifecycleReads>(plan_.files, plan_.seed);
}

std::string LifecycleWorkload::reset_sql() const {
  std::string sql = fmt::format("UPDATE files SET gemini_state='{}', version=0",
                                state_name(step_of(kSuccess.front()).from));
  for (const ColumnWrite& column : final_columns()) {
    sql += fmt::format(", {}=NULL", column.column);
  }
  return sql + " WHERE version<>0";
}

Verification LifecycleWorkload::verify(storage::Database& database,
                                       const std::stop_token& stop) const {
  Verification found;
  const RowCheck check(plan_, api_);
  database.read(
      check.sql(), [&](std::span<const storage::Value> row) { check(row, found); }, stop);
  found.integrity = database.integrity(stop);
  return found;
}

}  // namespace walbench::engine

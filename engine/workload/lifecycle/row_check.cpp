#include "engine/workload/lifecycle/row_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <variant>

#include "engine/workload/lifecycle/schema.hpp"
#include "engine/workload/lifecycle/transition_write.hpp"

namespace walbench::engine {
namespace {

constexpr std::array<std::string_view, 5> kFirstColumns = {"rowid", "file_path", "content_hash",
                                                           "gemini_state", "version"};
constexpr std::string_view kFinalState = state_name(step_of(kSuccess.back()).to);

bool is_null(const storage::Value& value) {
  return std::holds_alternative<std::monostate>(value);
}

bool holds_text(const storage::Value& value, std::string_view text) {
  const auto* const held = std::get_if<std::string_view>(&value);
  return held != nullptr && *held == text;
}

bool is_right(const storage::Value& value, Holds holds, const TransitionWrite& answers) {
  if (holds == Holds::nothing) return is_null(value);
  if (holds == Holds::now) return !is_null(value);
  return holds_text(value, answers.text(holds));
}

void note(std::vector<ColumnWrite>& columns, const ColumnWrite& write, Holds holds) {
  const auto found = std::ranges::find(columns, write.column, &ColumnWrite::column);
  if (found == columns.end()) {
    columns.push_back({write.column, holds});
  } else {
    found->holds = holds;
  }
}

/// Every column that some step sets, without a value: as the row is before the first write.
std::vector<ColumnWrite> empty_columns() {
  std::vector<ColumnWrite> columns;
  for (const LifecycleStep& step : kLifecycleSteps) {
    for (const ColumnWrite& write : step.sets()) {
      note(columns, write, Holds::nothing);
    }
  }
  columns.push_back({"gemini_state_updated_at", Holds::nothing});
  return columns;
}

void apply(const LifecycleStep& step, std::vector<ColumnWrite>& columns) {
  for (const ColumnWrite& write : step.sets()) {
    note(columns, write, write.holds);
  }
  columns.back().holds = Holds::now;
}

/// The events of a lifecycle, one after the other.
class Events {
 public:
  Events(std::string_view path, const MockApi& api)
      : path_(path), name_(MockApi::uploaded_file(path).name), api_(api) {}

  LifecycleEvent next() {
    const LifecycleEvent event = next_;
    using enum LifecycleEvent;
    if (event == start_upload) {
      next_ = api_.call_fails(path_, attempt_) ? fail_upload : complete_upload;
    } else if (event == complete_upload) {
      next_ = api_.call_fails(name_, attempt_) ? fail_processing : complete_processing;
    } else if (event == retry) {
      ++attempt_;
      next_ = start_upload;
    } else {
      next_ = retry;
    }
    return event;
  }

  /// What the call that failed last put into the row, right after the event that did so.
  std::string error_message(LifecycleEvent failure) const {
    const bool uploading = failure == LifecycleEvent::fail_upload;
    return api_failure_text(uploading ? "upload_file" : "import_to_store", attempt_);
  }

 private:
  std::string_view path_;
  std::string name_;
  const MockApi& api_;
  LifecycleEvent next_ = kSuccess.front();
  std::int64_t attempt_ = 1;
};

}  // namespace

std::vector<ColumnWrite> final_columns() {
  std::vector<ColumnWrite> columns = empty_columns();
  for (const LifecycleEvent event : kSuccess) {
    apply(step_of(event), columns);
  }
  return columns;
}

RowAfter RowAfter::of(std::string_view path, std::int64_t writes, const MockApi& api) {
  RowAfter row{.version = writes, .columns = empty_columns(), .error_message = {}};
  Events events(path, api);
  for (std::int64_t write = 0; write < writes; ++write) {
    const LifecycleEvent event = events.next();
    const LifecycleStep& step = step_of(event);
    row.state = step.to;
    apply(step, row.columns);
    if (step.to == LifecycleState::failed) row.error_message = events.error_message(event);
  }
  return row;
}

std::string RowCheck::sql() const {
  std::string columns(fmt::format("{}", fmt::join(kFirstColumns, ", ")));
  for (const ColumnWrite& column : final_columns_) {
    columns.append(", ").append(column.column);
  }
  return "SELECT " + columns + " FROM files ORDER BY rowid";
}

/// Rows were inserted in the order of the files, so a row's id shows which file it is.
void RowCheck::operator()(std::span<const storage::Value> row, Verification& found) const {
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

RowAfter RowCheck::expected(std::int64_t file, const std::string& path) const {
  const auto index = static_cast<std::size_t>(file);
  if (index < left_at_.size()) {
    if (const auto version = left_at_[index].version()) return RowAfter::of(path, *version, api_);
  }
  return {step_of(kSuccess.back()).to, final_version(api_.fate(path)), final_columns_, {}};
}

/// The name of the first column that is not as it must be, or empty.
std::string_view RowCheck::wrong_column(std::span<const storage::Value> row, std::int64_t file,
                                        const std::string& path) const {
  const RowAfter expected_row = expected(file, path);
  const auto* const version = std::get_if<std::int64_t>(&row[4]);
  if (!holds_text(row[1], path)) return kFirstColumns[1];
  if (!holds_text(row[2], bench_content_hash(seed_, file))) return kFirstColumns[2];
  if (!holds_text(row[3], state_name(expected_row.state))) return kFirstColumns[3];
  if (version == nullptr || *version != expected_row.version) return kFirstColumns[4];

  const UploadedFile uploaded = MockApi::uploaded_file(path);
  const std::string document = MockApi::document_id(uploaded.name);
  const TransitionWrite answers = {.file_path = path,
                                   .remote_file_id = uploaded.name,
                                   .remote_file_uri = uploaded.uri,
                                   .store_doc_id = document,
                                   .error_message = expected_row.error_message};
  for (std::size_t index = 0; index < expected_row.columns.size(); ++index) {
    const ColumnWrite& column = expected_row.columns[index];
    const storage::Value& value = row[kFirstColumns.size() + index];
    if (!is_right(value, column.holds, answers)) return final_columns_[index].column;
  }
  return {};
}

}  // namespace walbench::engine

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
#include "engine/workload/lifecycle/row_check.hpp"
#include "engine/workload/lifecycle/transition_write.hpp"
#include "engine/workload/lifecycle/transitions.hpp"

namespace walbench::engine {
namespace {

constexpr std::int64_t kFileSizeBytes = 1024;

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

}  // namespace

LifecycleWorkload::LifecycleWorkload(const LifecyclePlan& plan, const metrics::Clock& clock,
                                     const std::stop_token& stop, AckLog* acks)
    : plan_(plan),
      api_(clock, plan.api, stop),
      immediate_(clock, {}, stop),
      acks_(acks),
      left_at_(static_cast<std::size_t>(plan.files)) {}

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
  return {{.role = "writers", .kind = "lifecycle", .outcome = "committed"},
          {.role = "writers", .kind = "lifecycle", .outcome = "busy"}};
}

storage::StatementTexts LifecycleWorkload::statements() const {
  return lifecycle_statements(plan_.guard);
}

Task LifecycleWorkload::iterate(std::int64_t number, IterationContext context,
                                IterationOutcome& outcome) const {
  LifecycleKeeping keeping = {.retry = plan_.retry};
  if (!context.warm_up) {
    keeping.acks = acks_;
    keeping.left_at = &left_at_.at(static_cast<std::size_t>(number));
  }
  return run_lifecycle(bench_file_path(number), plan_.guard, context,
                       context.warm_up ? immediate_ : api_, outcome, keeping);
}

void LifecycleWorkload::never_began(std::int64_t number, bool counts,
                                    IterationOutcome& outcome) const {
  outcome.set_stream(kBusyStream);
  if (counts) left_at_.at(static_cast<std::size_t>(number)).set(0);
}

std::string LifecycleWorkload::name_of_statement(std::size_t index) const {
  if (index >= kLifecycleSteps.size()) return "the SELECT before an UPDATE";
  const LifecycleStep& step = kLifecycleSteps.at(index);
  return fmt::format("{}: UPDATE from {} to {}", event_name(step.event), state_name(step.from),
                     state_name(step.to));
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
  const RowCheck check(plan_.seed, api_, left_at_);
  database.read(
      check.sql(), [&](std::span<const storage::Value> row) { check(row, found); }, stop);
  found.integrity = database.integrity(stop);
  return found;
}

}  // namespace walbench::engine

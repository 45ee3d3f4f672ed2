#include "storage/sqlite/strategy/stepped_writer.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "storage/probes.hpp"

namespace walbench::storage {

/// Times one call, however it ends, and adds it to a part.
class SteppedWriter::Step {
 public:
  Step(SteppedWriter& writer, std::int64_t& part)
      : writer_(writer),
        part_(part),
        started_ns_(writer.context_.clock->now_ns()),
        waited_before_(CountingVfs::thread_busy_wait()) {}
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;
  ~Step() {
    StepTimings& timings = writer_.timings_;
    timings.ended_ns = writer_.context_.clock->now_ns();
    timings.step_ns = timings.ended_ns - started_ns_;
    part_ += timings.step_ns;
    const std::int64_t slept_ns =
        CountingVfs::thread_busy_wait().slept_ns - waited_before_.slept_ns;
    timings.step_slept = slept_ns > 0;
    if (&part_ == &timings.write.lock_wait_ns) timings.write.busy_wait_ns += slept_ns;
  }

  std::int64_t started_ns() const { return started_ns_; }

 private:
  SteppedWriter& writer_;
  std::int64_t& part_;
  const std::int64_t started_ns_;
  const ThreadBusyWait waited_before_;
};

SteppedWriter::SteppedWriter(WriterContext& context, PreparedConnection& connection)
    : context_(context),
      connection_(connection),
      shares_connection_(context.axes.connection == ConnectionAxis::shared()) {}

void SteppedWriter::begin(const StepBegin& how) {
  const Step step(*this, how.writes ? timings_.write.lock_wait_ns : timings_.read_ns);
  timings_.started_ns = step.started_ns();
  enter(how.writes);
  const bool immediate =
      how.immediate || (how.writes && context_.axes.begin == BeginAxis::immediate);
  const BeginAxis begin = immediate ? BeginAxis::immediate : BeginAxis::deferred;
  check(connection_.begin(begin), immediate ? "BEGIN IMMEDIATE" : "BEGIN");
  state_ = how.writes ? State::asking : State::reading;
  if (immediate) state_ = State::writing;
  if (immediate) WALBENCH_PROBE1(lock_held, "");
}

StatementRows SteppedWriter::execute(const StatementCall& call, bool wants_row) {
  Statement& statement = connection_.statement(call.statement);
  const bool only_reads = statement.only_reads();
  if (state_ == State::idle && !only_reads) {
    begin({});
    const StatementRows result = execute(call, wants_row);
    commit();
    return result;
  }
  if (state_ == State::idle) {
    const Step step(*this, timings_.read_ns);
    timings_.started_ns = step.started_ns();
    enter(false);
    const StatementRows result = run(call, statement, wants_row);
    leave();
    return result;
  }
  const bool asks = !only_reads && state_ != State::writing;
  std::int64_t& reading_part =
      state_ == State::writing ? timings_.write.statement_ns : timings_.read_ns;
  const Step step(*this, asks ? timings_.write.lock_wait_ns : reading_part);
  const StatementRows result = run(call, statement, wants_row);
  if (asks) state_ = State::writing;
  return result;
}

void SteppedWriter::commit() {
  const bool writes = state_ == State::writing;
  const Step step(*this, writes ? timings_.write.commit_ns : timings_.read_ns);
  CommitWaits waits;
  check(connection_.commit(waits), "COMMIT");
  timings_.write.checkpoint_wait_ns += waits.checkpoint_ns;
  timings_.write.sync_wait_ns += waits.sync_ns;
  leave();
}

void SteppedWriter::roll_back() noexcept {
  if (state_ == State::idle && !turn_) return;
  const bool writes = state_ == State::writing;
  const Step step(*this, writes ? timings_.write.commit_ns : timings_.read_ns);
  connection_.roll_back();
  leave();
}

void SteppedWriter::add_pool_wait(std::int64_t waited_ns) {
  timings_.write.pool_wait_ns += waited_ns;
  timings_.write.lock_wait_ns += waited_ns;
}

StepTimings SteppedWriter::take_timings() {
  WriteTimings& write = timings_.write;
  write.db_total_ns = write.lock_wait_ns + write.statement_ns + write.commit_ns;
  return std::exchange(timings_, {});
}

/// Waits for the turn, if there is a queue and the turn is not held yet.
void SteppedWriter::enter(bool writes) {
  if (context_.vfs->interrupted()) throw WriteCancelled();
  if (context_.queue == nullptr || turn_ || (!writes && !shares_connection_)) return;
  const std::int64_t asked_ns = context_.clock->now_ns();
  turn_.emplace(context_.queue);
  timings_.write.queue_wait_ns += context_.clock->now_ns() - asked_ns;
}

void SteppedWriter::snapshot_begins() {
  if (timings_.snapshot_since_ns == 0) timings_.snapshot_since_ns = context_.clock->now_ns();
}

void SteppedWriter::snapshot_ends() {
  const std::int64_t since_ns = std::exchange(timings_.snapshot_since_ns, 0);
  if (since_ns == 0) return;
  timings_.snapshot_ns = std::max(timings_.snapshot_ns, context_.clock->now_ns() - since_ns);
}

void SteppedWriter::leave() {
  snapshot_ends();
  state_ = State::idle;
  turn_.reset();
}

StatementRows SteppedWriter::run(const StatementCall& call, Statement& statement, bool wants_row) {
  TimestampText now{};
  connection_.bind(call, now);
  StatementRows result;
  int code = statement.try_step();
  if (context_.times_snapshots && code == SQLITE_ROW) snapshot_begins();
  while (code == SQLITE_ROW) {
    if (wants_row && result.rows == 0) {
      keep_row(statement);
      result.first = row_;
    }
    ++result.rows;
    code = statement.try_step();
  }
  statement.reset();
  if (code != SQLITE_DONE) check(code, connection_.name_of(call.statement));
  if (!statement.only_reads()) result.rows = connection_.connection().changes();
  return result;
}

void SteppedWriter::keep_row(const Statement& statement) {
  row_.clear();
  texts_.clear();
  for (int column = 0; column < statement.columns(); ++column) {
    Value value = statement.column(column);
    if (const auto* const text = std::get_if<std::string_view>(&value)) {
      value = std::string_view(texts_.emplace_back(*text));
    } else if (const auto* const blob = std::get_if<std::span<const std::byte>>(&value)) {
      const auto* const bytes = reinterpret_cast<const char*>(blob->data());
      value = std::as_bytes(std::span<const char>(texts_.emplace_back(bytes, blob->size())));
    }
    row_.push_back(value);
  }
}

void SteppedWriter::check(int code, const std::string& operation) const {
  if (code == SQLITE_OK) return;
  throw context_.vfs->explain(SqliteError(connection_.connection().handle(), code, operation));
}

}  // namespace walbench::storage

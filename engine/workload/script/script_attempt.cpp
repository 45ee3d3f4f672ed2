#include "engine/workload/script/script_attempt.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workload/retry.hpp"
#include "storage/storage_error.hpp"

namespace walbench::engine {
namespace {

using storage::Outcome;
using Kind = ScriptStep::Kind;

bool says_immediate(const ScriptStatement& statement) {
  const std::string words = lower_case(statement.sql.text());
  return words.find("immediate") != std::string::npos ||
         words.find("exclusive") != std::string::npos;
}

bool has_failed(const ScriptClient& client) {
  return client.end().outcome != Outcome::committed;
}

/// What a refusal means to the iteration. Rethrows what no iteration survives.
StatementResult refusal(const storage::StorageError& error) {
  switch (error.kind()) {
    case storage::ErrorKind::busy: return {.outcome = Outcome::busy, .error = error.what()};
    case storage::ErrorKind::statement: return {.outcome = Outcome::failed, .error = error.what()};
    default: throw;
  }
}

/// The statements of a transaction on its way to a store that takes it whole.
class Collected {
 public:
  bool open() const { return open_; }
  void begin() { open_ = true; }
  void clear() {
    open_ = false;
    calls_.clear();
    otherwise_ = Otherwise::fail;
  }

  /// The answer says that the statement did what it must, so that the script goes on.
  StatementResult add(const ScriptStep& step) {
    const std::optional<Expectation>& expectation = step.statement->expectation;
    const auto rows = expectation ? expectation->rows : storage::ExpectedRows::any();
    calls_.push_back(
        {step.statement->number, {step.parameters.begin(), step.parameters.end()}, rows});
    if (expectation) otherwise_ = expectation->otherwise;
    return {.rows = rows.least};
  }

  const storage::Transaction& whole(std::string_view subject) {
    statements_.clear();
    for (const Call& call : calls_) {
      statements_.push_back({call.statement, call.parameters, call.rows});
    }
    transaction_ = {subject, statements_};
    return transaction_;
  }

  /// The answer if a statement hit another number of rows than it must.
  StatementResult conflict(const storage::OccConflict& conflict) const {
    const bool fails = otherwise_ == Otherwise::fail;
    return {.outcome = fails ? Outcome::failed : Outcome::conflict,
            .error = conflict.what(),
            .final = otherwise_ != Otherwise::retry};
  }

 private:
  struct Call {
    std::size_t statement = 0;
    std::vector<storage::Value> parameters;
    storage::ExpectedRows rows;
  };
  bool open_ = false;
  std::vector<Call> calls_;
  std::vector<storage::StatementCall> statements_;
  storage::Transaction transaction_;
  Otherwise otherwise_ = Otherwise::fail;  ///< of the last expectation
};

}  // namespace

Task think(std::chrono::nanoseconds duration, const ScriptIteration& iteration) {
  const IterationContext& context = iteration.context;
  const std::int64_t began_ns = context.clock.now_ns();
  co_await pause_for(duration, context.clock, context.timer, *context.end);
  iteration.account.thought(context.clock.now_ns() - began_ns);
}

void SteppedAttempt::run(const ScriptStep& step) {
  ScriptClient& client = iteration_.client;
  const bool had_failed = has_failed(client);
  StatementResult result;
  try {
    result = execute(step);
  } catch (const storage::StorageError& error) {
    result = refusal(error);
  }
  const bool slept = session_.timings().step_slept;
  const std::int64_t step_ns = session_.timings().step_ns;
  if (result.outcome != Outcome::committed && !in_transaction_) session_.roll_back();
  client.completed(result);
  if (!had_failed && has_failed(client)) iteration_.account.failed(client.end(), slept, step_ns);
}

StatementResult SteppedAttempt::execute(const ScriptStep& step) {
  switch (step.kind) {
    case Kind::begin: {
      const bool alone = step.statement == nullptr;
      const auto& transactions = iteration_.script.transactions;
      session_.begin({.writes = alone || transactions[step.statement->transaction].writes,
                      .immediate = !alone && says_immediate(*step.statement)});
      in_transaction_ = true;
      wrote_ = false;
      return {};
    }
    case Kind::commit:
      session_.commit();
      in_transaction_ = false;
      if (wrote_) iteration_.account.committed(session_.timings());
      return {};
    case Kind::rollback:
      session_.roll_back();
      in_transaction_ = false;
      return {};
    default: break;
  }
  const ScriptStatement& statement = *step.statement;
  const storage::StatementRows rows =
      session_.execute({statement.number, step.parameters, {}}, statement.gset.has_value());
  const bool writes = statement.kind == StatementKind::write;
  wrote_ = wrote_ || writes;
  if (writes && !in_transaction_) iteration_.account.committed(session_.timings());
  return {.rows = rows.rows, .row = rows.first};
}

/// One attempt with a store that takes whole transactions.
Task attempt_whole(const ScriptIteration& iteration) {
  const auto& [client, script, context, account] = iteration;
  Collected collected;
  for (ScriptStep step = client.next(); step.kind != Kind::finished; step = client.next()) {
    StatementResult result;
    bool complete = step.kind == Kind::commit;
    if (step.kind == Kind::sleep) {
      co_await think(step.sleep, iteration);
      continue;
    }
    if (step.kind == Kind::begin) collected.begin();
    if (step.kind == Kind::rollback) collected.clear();
    if (step.kind == Kind::statement) {
      complete = !collected.open();
      result = collected.add(step);
    }
    const std::int64_t asked_ns = complete ? context.clock.now_ns() : 0;
    bool slept = false;
    if (complete) {
      context.go_on();
      try {
        account.committed(co_await context.session.apply(collected.whole(script.source.name())),
                          asked_ns);
      } catch (const storage::OccConflict& conflict) {
        result = collected.conflict(conflict);
      } catch (const storage::StorageError& error) {
        slept = error.slept_ns() > 0;
        result = refusal(error);
      }
      collected.clear();
    }
    const bool had_failed = has_failed(client);
    client.completed(result);
    if (!had_failed && has_failed(client)) {
      account.failed(client.end(), slept, complete ? context.clock.now_ns() - asked_ns : 0);
    }
  }
}

}  // namespace walbench::engine

#include "engine/workload/script/script_client.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace walbench::engine {
namespace {

using Kind = ScriptStep::Kind;
using storage::Outcome;

std::string rows_text(const storage::ExpectedRows& rows) {
  return rows.least == rows.most ? std::to_string(rows.least)
                                 : fmt::format("{} to {}", rows.least, rows.most);
}

}  // namespace

ScriptClient::ScriptClient(const ScriptSet& set, std::int64_t number)
    : set_(set),
      choices_(set.seed, 2 * static_cast<std::uint64_t>(number)),
      random_(set.seed, 2 * static_cast<std::uint64_t>(number) + 1),
      random_at_begin_(random_),
      variables_(set.initial) {
  variables_[set.client_id] = ScriptValue(Number(number));
}

const Script& ScriptClient::choose() {
  if (set_.scripts.size() == 1) return set_.scripts.front();
  std::int64_t total = 0;
  for (const Script& script : set_.scripts) {
    total += script.weight;
  }
  std::int64_t drawn = random_uniform(choices_, 1, total);
  const auto chosen = std::ranges::find_if(
      set_.scripts, [&](const Script& script) { return (drawn -= script.weight) <= 0; });
  return *chosen;
}

void ScriptClient::begin(const Script& script) {
  random_at_begin_ = random_;
  variables_at_begin_ = variables_;
  script_ = &script;
  at_ = 0;
  lone_ = Lone::no;
  in_transaction_ = false;
  given_up_ = false;
  end_ = {};
}

void ScriptClient::repeat() {
  random_ = random_at_begin_;
  variables_ = variables_at_begin_;
  begin(*script_);
}

ScriptStep ScriptClient::next() {
  try {
    return advance();
  } catch (const ExpressionError& error) {
    statement_ = nullptr;
    give_up(Outcome::failed, false, place_of(error.offset()) + error.what());
    return advance();
  }
}

ScriptStep ScriptClient::advance() {
  if (given_up_) {
    return emit(in_transaction_ ? Kind::rollback : Kind::finished, nullptr);
  }
  if (lone_ == Lone::begun) return emit(Kind::statement, statement_);
  if (lone_ == Lone::executed) return emit(Kind::commit, nullptr);
  while (at_ < script_->instructions.size()) {
    const Instruction& instruction = script_->instructions[at_++];
    if (const auto* const statement = std::get_if<Execute>(&instruction)) {
      return execute(script_->statements[statement->statement]);
    }
    if (const auto* const pause = std::get_if<Sleep>(&instruction)) return sleep(*pause);
    if (const auto* const set = std::get_if<SetVariable>(&instruction)) run(*set);
    if (const auto* const branch = std::get_if<BranchUnless>(&instruction)) run(*branch);
    if (const auto* const jump = std::get_if<Jump>(&instruction)) run(*jump);
  }
  return emit(Kind::finished, nullptr);
}

void ScriptClient::run(const SetVariable& set) {
  variables_[set.slot] = ScriptValue(set.expression.evaluate({variables_, random_}));
}

void ScriptClient::run(const BranchUnless& branch) {
  if (!is_truth(branch.condition.evaluate({variables_, random_}))) at_ = branch.target;
}

ScriptStep ScriptClient::sleep(const Sleep& sleep) {
  std::int64_t units = sleep.units;
  if (sleep.slot) {
    const ScriptValue& value = variables_[*sleep.slot];
    const std::optional<Number> number =
        value.number() != nullptr ? *value.number() : number_in(value.text());
    const auto* const whole = number ? std::get_if<std::int64_t>(&*number) : nullptr;
    if (whole == nullptr || *whole < 0) {
      throw ExpressionError(
          fmt::format("{} is not a time to sleep; it must be a whole number", value.as_literal()),
          sleep.offset);
    }
    units = *whole;
  }
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(units, sleep.unit_ns, &ns)) {
    throw ExpressionError("this sleep is too long", sleep.offset);
  }
  ScriptStep step = emit(Kind::sleep, nullptr);
  step.sleep = std::chrono::nanoseconds(ns);
  return step;
}

ScriptStep ScriptClient::execute(const ScriptStatement& statement) {
  statement_ = &statement;
  switch (statement.kind) {
    case StatementKind::begin: return emit(Kind::begin, &statement);
    case StatementKind::commit: return emit(Kind::commit, &statement);
    case StatementKind::rollback: return emit(Kind::rollback, &statement);
    default: break;
  }
  const bool alone = !in_transaction_ && statement.kind == StatementKind::write;
  if (alone && statement.expectation) return emit(Kind::begin, nullptr);
  return emit(Kind::statement, &statement);
}

ScriptStep ScriptClient::emit(Kind kind, const ScriptStatement* statement) {
  step_ = kind;
  parameters_.clear();
  if (statement != nullptr) {
    for (const std::size_t slot : statement->parameters) {
      parameters_.push_back(variables_[slot].as_parameter());
    }
  }
  return {kind, statement, parameters_, {}};
}

void ScriptClient::completed(const StatementResult& result) {
  const bool done = result.outcome == Outcome::committed;
  // A COMMIT of unknown outcome has lost its session, and with it the transaction.
  if (step_ == Kind::rollback || result.outcome == Outcome::unknown) in_transaction_ = false;
  if (given_up_) return;
  if (!done) {
    const bool lost = result.outcome == Outcome::busy || result.outcome == Outcome::conflict;
    give_up(result.outcome, lost && !result.final, result.error);
    return;
  }
  if (step_ == Kind::begin) {
    in_transaction_ = true;
    if (statement_->kind != StatementKind::begin) lone_ = Lone::begun;
  } else if (step_ == Kind::commit) {
    in_transaction_ = false;
    lone_ = Lone::no;
  } else if (step_ == Kind::statement) {
    statement_completed(result);
  }
}

void ScriptClient::statement_completed(const StatementResult& result) {
  if (lone_ == Lone::begun) lone_ = Lone::executed;
  if (!expected(result) || !statement_->gset) return;
  const std::vector<std::size_t>& slots = *statement_->gset;
  if (result.rows != 1 || result.row.size() != slots.size()) {
    give_up(Outcome::failed, false,
            fmt::format("\\gset needs one row of {} columns, and got {} of {}", slots.size(),
                        result.rows, result.row.size()));
    return;
  }
  for (std::size_t i = 0; i < slots.size(); ++i) {
    variables_[slots[i]] = ScriptValue(result.row[i]);
  }
}

bool ScriptClient::expected(const StatementResult& result) {
  const std::optional<Expectation>& expectation = statement_->expectation;
  if (!expectation || expectation->rows.holds(result.rows)) return true;
  const bool fails = expectation->otherwise == Otherwise::fail;
  give_up(fails ? Outcome::failed : Outcome::conflict, expectation->otherwise == Otherwise::retry,
          fmt::format("{} rows instead of {}", result.rows, rows_text(expectation->rows)));
  return false;
}

void ScriptClient::give_up(Outcome outcome, bool may_retry, std::string reason) {
  given_up_ = true;
  end_ = {outcome, may_retry, statement_, std::move(reason)};
}

std::string ScriptClient::place_of(std::size_t offset) const {
  const Position position = script_->source.position_of(offset);
  return fmt::format("{}:{}:{}: ", script_->source.name(), position.line, position.column);
}

const ScriptEnd& run_iteration(ScriptClient& client, ScriptSession& session,
                               const std::function<void(std::chrono::nanoseconds)>& sleep) {
  while (true) {
    const ScriptStep step = client.next();
    if (step.kind == Kind::finished) return client.end();
    if (step.kind == Kind::sleep) {
      sleep(step.sleep);
    } else {
      client.completed(session.execute(step));
    }
  }
}

}  // namespace walbench::engine

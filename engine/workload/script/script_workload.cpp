// One execution of a script, whoever stores what it does.
//
// A client says what comes next (ScriptClient). With a store whose connections can be stepped
// through, each of its steps is carried out at once. A store that takes whole transactions gets one
// when its COMMIT is reached: until then the statements are collected, with their parameters, and
// taken for done. That keeps a script's meaning only if nothing inside the transaction depends on
// what comes back, which refusal_of_whole_transactions() makes sure of.

#include "engine/workload/script/script_workload.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <span>
#include <string_view>
#include <utility>

#include "engine/workers/executor.hpp"
#include "engine/workload/script/script_attempt.hpp"

namespace walbench::engine {
namespace {

using storage::Outcome;
using Kind = ScriptStep::Kind;

/// The streams beside those of the scripts: how an iteration can end otherwise.
constexpr std::array<std::pair<Outcome, std::string_view>, 3> kGivenUp = {
    {{Outcome::busy, "busy"}, {Outcome::conflict, "conflict"}, {Outcome::failed, "failed"}}};

bool only_reads(const Script& script) {
  return script.declared_read_only || !script.writes();
}

ScriptSet scripts_of(const ScriptSet& set, ScriptRole role) {
  ScriptSet of_role = set;
  if (role == ScriptRole::alone) return of_role;
  for (Script& script : of_role.scripts) {
    if (only_reads(script) != (role == ScriptRole::readers)) script.weight = 0;
  }
  return of_role;
}

/// The scripts that have a weight.
std::vector<const Script*> chosen_of(const ScriptSet& set) {
  std::vector<const Script*> chosen;
  for (const Script& script : set.scripts) {
    if (script.weight > 0) chosen.push_back(&script);
  }
  return chosen;
}

/// A name for each script that has a weight, no two alike: `claim` for claim.sql.
std::vector<std::string> names_of(const ScriptSet& set) {
  std::vector<std::string> names;
  std::set<std::string> used = {"all"};
  for (const Script* const chosen : chosen_of(set)) {
    const Script& script = *chosen;
    const std::string stem = std::filesystem::path(script.source.name()).stem().string();
    std::string name = stem.empty() ? "script" : stem;
    for (int copy = 2; !used.insert(name).second; ++copy) {
      name = fmt::format("{}-{}", stem, copy);
    }
    names.push_back(std::move(name));
  }
  return names;
}

std::string place_of(const Script& script, const ScriptStatement& statement) {
  return fmt::format("{}:{}", script.source.name(), statement.position.line);
}

/// Where it stands, and its first words.
std::string description_of(const Script& script, const ScriptStatement& statement) {
  constexpr std::size_t kMostShown = 60;
  std::string sql = statement.sql.text();
  std::ranges::replace_if(
      sql, [](char c) { return c == '\n' || c == '\t' || c == '\r'; }, ' ');
  if (sql.size() > kMostShown) sql = sql.substr(0, kMostShown) + "...";
  return fmt::format("{} {}", place_of(script, statement), sql);
}

ScriptParts parts_of(const ScriptSet& set, ScriptRole role) {
  ScriptParts parts{.of_readers = role == ScriptRole::readers};
  for (const Script* const chosen : chosen_of(set)) {
    const Script& script = *chosen;
    parts.writes = parts.writes || script.writes();
    parts.reads =
        parts.reads || std::ranges::any_of(script.statements, [](const ScriptStatement& statement) {
          return statement.kind == StatementKind::read;
        });
  }
  return parts;
}

}  // namespace

std::string refusal_of_whole_transactions(const ScriptSet& all, ScriptRole role) {
  const ScriptSet set = scripts_of(all, role);
  for (const Script* const chosen : chosen_of(set)) {
    const Script& script = *chosen;
    for (const ScriptStatement& statement : script.statements) {
      const ScriptTransaction& transaction = script.transactions[statement.transaction];
      if (!transaction.writes && statement.kind == StatementKind::read) {
        return fmt::format("{} reads outside of a transaction that writes",
                           place_of(script, statement));
      }
      if (statement.gset || !transaction.only_statements) {
        return fmt::format(
            "the transaction at {} does more than its statements: it reads values, "
            "sleeps or decides inside",
            place_of(script, script.statements[transaction.first]));
      }
      if (statement.kind == StatementKind::savepoint || statement.kind == StatementKind::rollback) {
        return fmt::format("{} undoes a part by itself", place_of(script, statement));
      }
    }
  }
  return {};
}

std::string refusal_of_readers(const ScriptSet& set) {
  const auto readers = std::ranges::count_if(set.scripts, only_reads);
  if (readers == 0) {
    return "readers need a script that reads only, or that says '-- walbench: read-only'";
  }
  if (readers == std::ssize(set.scripts)) return "all scripts read only, so nobody would write";
  return {};
}

/// The client that an iteration works with, until it ends.
class ScriptWorkload::Lease {
 public:
  explicit Lease(Seat& seat) : seat_(seat) {}
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;
  ~Lease() { seat_.taken.store(false, std::memory_order_release); }

  ScriptClient& client() const { return seat_.client; }

 private:
  Seat& seat_;
};

ScriptWorkload::ScriptWorkload(const ScriptJob& job, RetryPlan retry, std::size_t clients,
                               ScriptRole role, std::size_t first_client)
    : job_(job),
      retry_(retry),
      role_(role == ScriptRole::readers ? "readers" : "writers"),
      set_(scripts_of(job.set, role)),
      chosen_(chosen_of(set_)),
      parts_(parts_of(set_, role)) {
  for (std::size_t client = 0; client < clients; ++client) {
    seats_.emplace_back(set_, static_cast<std::int64_t>(first_client + client));
  }
}

std::unique_ptr<Iterations> ScriptWorkload::readers(std::size_t readers) const {
  return std::make_unique<ScriptWorkload>(job_, retry_, readers, ScriptRole::readers,
                                          seats_.size());
}

std::vector<metrics::StreamId> ScriptWorkload::streams() const {
  std::vector<metrics::StreamId> streams = {{role_, "all", "committed"}};
  const std::vector<std::string> names = names_of(set_);
  if (names.size() > 1) {
    for (const std::string& name : names) {
      streams.push_back({role_, name, "committed"});
    }
  }
  for (const auto& [outcome, name] : kGivenUp) {
    streams.push_back({role_, "all", std::string(name)});
  }
  return streams;
}

/// There are as many as iterations at a time, so one is free.
ScriptWorkload::Seat& ScriptWorkload::take_seat(std::size_t hint) const {
  for (std::size_t at = hint % seats_.size();; at = (at + 1) % seats_.size()) {
    Seat& seat = seats_[at];
    if (!seat.taken.load(std::memory_order_relaxed) &&
        !seat.taken.exchange(true, std::memory_order_acquire)) {
      return seat;
    }
  }
}

Task ScriptWorkload::iterate(std::int64_t number, IterationContext context,
                             IterationOutcome& outcome) const {
  const bool suspends = context.timer != nullptr;
  const Lease lease(take_seat(suspends ? static_cast<std::size_t>(number) : current_worker()));
  ScriptClient& client = lease.client();
  ScriptAccount account(context.clock, outcome);
  storage::SteppedSession* const steps = context.session.steps();
  const Script& script = client.choose();
  const ScriptIteration iteration{client, script, context, account};

  client.begin(script);
  for (;; ++outcome.tries) {
    if (steps == nullptr) {
      co_await attempt_whole(iteration);
    } else {
      SteppedAttempt attempt(*steps, iteration);
      for (ScriptStep step = client.next(); step.kind != Kind::finished; step = client.next()) {
        if (step.kind == Kind::sleep) {
          co_await think(step.sleep, iteration);
        } else {
          context.go_on();
          attempt.run(step);
        }
      }
      account.add(steps->take_timings());
    }
    if (!tries_again(client.end(), outcome.tries, context)) break;
    if (retry_.delay.count() > 0) {
      const std::int64_t began_ns = context.clock.now_ns();
      co_await pause_for(retry_.delay, context.clock, context.timer, *context.end);
      account.paused(context.clock.now_ns() - began_ns);
    }
    client.repeat();
  }
  account.finish(client.end(), parts_, context.session);
  if (const ScriptStatement* const at = client.end().statement; at != nullptr) {
    if (!outcome.reason.empty()) outcome.reason.insert(0, place_of(script, *at) + ": ");
  }
  assign_streams(script, outcome);
}

bool ScriptWorkload::tries_again(const ScriptEnd& end, std::int64_t tries,
                                 const IterationContext& context) const {
  if (!end.may_retry || !retry_.allows_after(tries)) return false;
  return context.clock.now_ns() < context.no_retry_after_ns;
}

/// The stream of those that were given up for that reason.
std::size_t ScriptWorkload::stream_of(Outcome given_up) const {
  const std::size_t first = chosen_.size() > 1 ? 1 + chosen_.size() : 1;
  const auto* const row =
      std::ranges::find(kGivenUp, given_up, &decltype(kGivenUp)::value_type::first);
  return first + static_cast<std::size_t>(row - kGivenUp.begin());
}

void ScriptWorkload::never_began(std::int64_t /*number*/, bool /*counts*/,
                                 IterationOutcome& outcome) const {
  outcome.set_stream(stream_of(Outcome::busy));
}

/// The streams stand in the order of streams().
void ScriptWorkload::assign_streams(const Script& script, IterationOutcome& outcome) const {
  if (outcome.ended != Outcome::committed) {
    outcome.set_stream(stream_of(outcome.ended));
    return;
  }
  if (chosen_.size() < 2) return;
  metrics::TimingRecord of_script = outcome.record;
  of_script.set_stream(
      1 + static_cast<std::size_t>(std::ranges::find(chosen_, &script) - chosen_.begin()));
  outcome.further_records.push_back(of_script);
}

std::string ScriptWorkload::name_of(std::int64_t number) const {
  return fmt::format("iteration {}", number + 1);
}

std::string ScriptWorkload::name_of_statement(std::size_t index) const {
  for (const Script& script : job_.set.scripts) {
    for (const ScriptStatement& statement : script.statements) {
      if (statement.number == index) return description_of(script, statement);
    }
  }
  return fmt::format("statement {}", index);
}

std::string ScriptWorkload::verified_by() const {
  return job_.checks.empty() ? "integrity" : "integrity+checks";
}

Verification ScriptWorkload::verify(storage::Database& database,
                                    const std::stop_token& stop) const {
  Verification found;
  found.integrity = database.integrity(stop);
  std::int64_t orphans = 0;
  database.read(
      "PRAGMA foreign_key_check", [&](std::span<const storage::Value>) { ++orphans; }, stop);
  if (orphans > 0) {
    found.broken.push_back(fmt::format("{} rows refer to rows that do not exist", orphans));
  }
  for (const Invariant& check : job_.checks) {
    bool holds = false;
    database.read(
        check.sql,
        [&](std::span<const storage::Value> row) {
          const auto* const answer = row.empty() ? nullptr : std::get_if<std::int64_t>(&row[0]);
          holds = answer != nullptr && *answer == 1;
        },
        stop);
    if (!holds) found.broken.push_back(fmt::format("it does not hold that {}", check.meaning));
  }
  return found;
}

}  // namespace walbench::engine

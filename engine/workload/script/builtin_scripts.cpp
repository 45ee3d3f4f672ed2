#include "engine/workload/script/builtin_scripts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace walbench::engine {
namespace {

constexpr std::int64_t kAccounts = 100'000;  // of one scale
constexpr std::int64_t kTellers = 10;
constexpr std::size_t kFillerWidth = 84;

constexpr std::array<BuiltinScript, 3> kScripts = {{
    {"tpcb-like", "TPC-B (sort of)",
     R"(\set aid random(1, 100000 * :scale)
\set bid random(1, 1 * :scale)
\set tid random(1, 10 * :scale)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = :bid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) )"
     R"(VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);
END;
)",
     true, true},
    {"simple-update", "simple update",
     R"(\set aid random(1, 100000 * :scale)
\set bid random(1, 1 * :scale)
\set tid random(1, 10 * :scale)
\set delta random(-5000, 5000)
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) )"
     R"(VALUES (:tid, :bid, :aid, :delta, CURRENT_TIMESTAMP);
END;
)",
     true, false},
    {"select-only", "select only", R"(\set aid random(1, 100000 * :scale)
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
)",
     false, false},
}};

/// Fillers of branches, tellers and the history stay null, as in pgbench, where somebody once asked
/// to mend that: it would make results incomparable.
constexpr std::string_view kSchema = R"(
CREATE TABLE pgbench_branches (bid integer primary key, bbalance int, filler char(88));
CREATE TABLE pgbench_tellers (tid integer primary key, bid int, tbalance int, filler char(84));
CREATE TABLE pgbench_accounts (aid integer primary key, bid int, abalance int, filler char(84));
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp,
                              filler char(22));
INSERT INTO pgbench_branches (bid, bbalance)
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {branches})
  SELECT i, 0 FROM c;
INSERT INTO pgbench_tellers (tid, bid, tbalance)
  WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < {tellers})
  SELECT i, (i - 1) / {tellers_a_branch} + 1, 0 FROM c;
)";

constexpr std::string_view kSum = "(SELECT coalesce(sum({}), 0) FROM pgbench_{})";
std::string accounts() {
  return fmt::format(fmt::runtime(kSum), "abalance", "accounts");
}
std::string tellers() {
  return fmt::format(fmt::runtime(kSum), "tbalance", "tellers");
}
std::string branches() {
  return fmt::format(fmt::runtime(kSum), "bbalance", "branches");
}
std::string history() {
  return fmt::format(fmt::runtime(kSum), "delta", "history");
}

Invariant same(const std::string& left, const std::string& right, std::string meaning) {
  return {fmt::format("SELECT {} = {}", left, right), std::move(meaning)};
}

Invariant none(std::string_view what, std::string meaning) {
  return {fmt::format("SELECT NOT EXISTS (SELECT 1 FROM pgbench_{})", what), std::move(meaning)};
}

}  // namespace

std::span<const BuiltinScript> builtin_scripts() {
  return kScripts;
}

const BuiltinScript& builtin_script(std::string_view prefix) {
  const auto begins = [&](const BuiltinScript& script) { return script.name.starts_with(prefix); };
  if (prefix.empty() || std::ranges::count_if(kScripts, begins) != 1) {
    const bool ambiguous = std::ranges::any_of(kScripts, begins);
    throw std::invalid_argument(
        fmt::format("'{}' {} {}, {}, {}", prefix,
                    ambiguous ? "is the beginning of several of" : "is not one of",
                    kScripts[0].name, kScripts[1].name, kScripts[2].name));
  }
  return *std::ranges::find_if(kScripts, begins);
}

storage::Content pgbench_content(std::int64_t scale) {
  storage::Content content;
  content.schema_sql =
      fmt::format(fmt::runtime(kSchema), fmt::arg("branches", scale),
                  fmt::arg("tellers", kTellers * scale), fmt::arg("tellers_a_branch", kTellers));
  content.insert_sql = "INSERT INTO pgbench_accounts VALUES (?1, ?2, 0, ?3)";
  content.rows = kAccounts * scale;
  content.row = [filler = std::string(kFillerWidth, ' '),
                 values = std::make_shared<std::array<storage::Value, 3>>()](std::int64_t row) {
    *values = {row + 1, row / kAccounts + 1, std::string_view(filler)};
    return std::span<const storage::Value>(*values);
  };
  return content;
}

std::string pgbench_reset_sql() {
  return "UPDATE pgbench_accounts SET abalance = 0 WHERE abalance <> 0;"
         "UPDATE pgbench_tellers SET tbalance = 0 WHERE tbalance <> 0;"
         "UPDATE pgbench_branches SET bbalance = 0 WHERE bbalance <> 0;"
         "DELETE FROM pgbench_history;";
}

std::vector<Invariant> pgbench_invariants(std::span<const BuiltinScript* const> scripts,
                                          std::int64_t scale) {
  const bool accounts_change = std::ranges::any_of(scripts, &BuiltinScript::updates_accounts);
  const bool tellers_change =
      std::ranges::any_of(scripts, &BuiltinScript::updates_tellers_and_branches);
  const bool all_change = std::ranges::all_of(scripts, [](const BuiltinScript* script) {
    return script->updates_accounts == script->updates_tellers_and_branches;
  });
  std::vector<Invariant> invariants = {
      {fmt::format("SELECT (SELECT count(*) FROM pgbench_accounts) = {} AND (SELECT count(*) FROM "
                   "pgbench_tellers) = {} AND (SELECT count(*) FROM pgbench_branches) = {}",
                   kAccounts * scale, kTellers * scale, scale),
       "no account, teller or branch came or went"}};
  if (accounts_change) {
    invariants.push_back(same(accounts(), history(), "the accounts hold what the history says"));
  } else {
    invariants.push_back(none("history", "the history is empty"));
    invariants.push_back(none("accounts WHERE abalance <> 0", "no account changed"));
  }
  if (!tellers_change) {
    invariants.push_back(none("tellers WHERE tbalance <> 0", "no teller changed"));
    invariants.push_back(none("branches WHERE bbalance <> 0", "no branch changed"));
  } else {
    invariants.push_back(same(tellers(), branches(), "tellers and branches hold the same"));
    if (all_change) {
      invariants.push_back(same(tellers(), history(), "the tellers hold what the history says"));
    }
  }
  return invariants;
}

}  // namespace walbench::engine

#include "tools/bench/stacks.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <sstream>
#include <string>
#include <utility>

#include "tools/bench/bench_plan.hpp"

namespace walbench::tools {
namespace {

using std::chrono::milliseconds;
using storage::BeginAxis;
using storage::BusyHandlerAxis;
using storage::Synchronous;

constexpr std::array kStacks = {
    Stack{
        .name = "rails8",
        .summary = "Rails 8 (5 s, tries each millisecond, BEGIN IMMEDIATE, NORMAL)",
        // `timeout: 5000` of the database.yml that `rails new` writes.
        .busy_timeout = milliseconds(5000),
        // DEFAULT_PRAGMAS of activerecord/connection_adapters/sqlite3_adapter.rb, as the others
        // below.
        .synchronous = Synchronous::normal,
        // The adapter passes default_transaction_mode: :immediate to SQLite3::Database.new.
        .begin = BeginAxis::immediate,
        // `timeout` is busy_handler_timeout= of sqlite3-ruby 2 (lib/sqlite3/database.rb), which
        // sleeps a millisecond before each try.
        .busy_handler = BusyHandlerAxis::constant(milliseconds(1)),
        .pragmas = "foreign_keys=1 mmap_size=134217728 journal_size_limit=67108864 cache_size=2000",
    },
    Stack{
        .name = "django",
        .summary = "Django (5 s, BEGIN, FULL)",
        // OPTIONS has no timeout of its own: that of Python's sqlite3.connect().
        .busy_timeout = milliseconds(5000),
        // SQLite's default, which no init_command changes.
        .synchronous = Synchronous::full,
        // transaction_mode is None: _start_transaction_under_autocommit() of
        // django/db/backends/sqlite3/base.py executes BEGIN.
        .begin = BeginAxis::deferred,
        .pragmas = "foreign_keys=1",  // get_new_connection(), in the same file
    },
    Stack{
        .name = "python",
        .summary = "Python's sqlite3 (5 s, BEGIN, FULL)",
        // sqlite3.connect(database, timeout=5.0, isolation_level=""): docs.python.org. The empty
        // level is BEGIN, that is, deferred.
        .busy_timeout = milliseconds(5000),
        .synchronous = Synchronous::full,  // SQLite's default
        .begin = BeginAxis::deferred,
    },
    Stack{
        .name = "better-sqlite3",
        .summary = "better-sqlite3 of Node.js (5 s, BEGIN, NORMAL, 16 MB of cache)",
        .busy_timeout = milliseconds(5000),  // options.timeout: docs/api.md
        // SQLITE_DEFAULT_WAL_SYNCHRONOUS=1: docs/compilation.md, which has the three below, too.
        .synchronous = Synchronous::normal,
        .begin = BeginAxis::deferred,  // transaction() begins so; .immediate() of it does not
        .memory_statistics = false,    // SQLITE_DEFAULT_MEMSTATUS=0
        .pragmas = "foreign_keys=1 cache_size=-16000",
    },
    Stack{
        .name = "go-sqlite3",
        .summary = "mattn/go-sqlite3 (5 s, BEGIN, NORMAL)",
        // busyTimeout, synchronousMode and txlock as Open() of sqlite3.go begins with them.
        .busy_timeout = milliseconds(5000),
        .synchronous = Synchronous::normal,
        .begin = BeginAxis::deferred,
    },
    Stack{
        .name = "sqlx",
        .summary = "sqlx of Rust (5 s, BEGIN, FULL)",
        // SqliteConnectOptions::new() of sqlx-sqlite/src/options/mod.rs, which leaves synchronous
        // as SQLite has it. begin() executes BEGIN.
        .busy_timeout = milliseconds(5000),
        .synchronous = Synchronous::full,
        .begin = BeginAxis::deferred,
        .pragmas = "foreign_keys=1",
    },
};

/// Those of the stack that the request does not set itself, then the request's.
std::vector<Setting> all_pragmas(const Stack& stack, const std::vector<Setting>& own) {
  std::vector<Setting> all;
  std::istringstream words{std::string(stack.pragmas)};
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    if (std::ranges::find(own, name, &Setting::name) != own.end()) continue;
    all.push_back({name, word.substr(equals + 1)});
  }
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

bool sets(const BenchRequest& given, const char* option, std::string_view pragma) {
  return given.given.contains(option) ||
         std::ranges::find(given.pragmas, pragma, &Setting::name) != given.pragmas.end();
}

}  // namespace

std::span<const Stack> stacks() {
  return kStacks;
}

const Stack* find_stack(std::string_view name) {
  const auto* const found = std::ranges::find(kStacks, name, &Stack::name);
  return found == kStacks.end() ? nullptr : found;
}

storage::Axes in_stack(const Stack& stack, storage::Axes axes) {
  const storage::Axes usual;
  if (axes.begin == usual.begin) axes.begin = stack.begin;
  if (axes.busy_handler == usual.busy_handler) axes.busy_handler = stack.busy_handler;
  return axes;
}

BenchRequest with_stack(BenchRequest request, const BenchRequest& given) {
  const Stack* const stack = find_stack(request.common.as);
  if (stack == nullptr) return request;
  if (!sets(given, "--busy-timeout", "busy_timeout")) request.busy_timeouts = {stack->busy_timeout};
  if (!sets(given, "--synchronous", "synchronous")) request.synchronous = {stack->synchronous};
  if (!given.given.contains("--memory-statistics")) {
    request.common.memory_statistics = stack->memory_statistics;
  }
  request.pragmas = all_pragmas(*stack, request.pragmas);
  return request;
}

}  // namespace walbench::tools

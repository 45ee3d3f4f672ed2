#include "storage/sqlite/checks/kill_trial.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>
#include <random>

#include "metrics/clock.hpp"
#include "storage/checks/scratch_folder.hpp"
#include "storage/checks/second_process.hpp"
#include "storage/sqlite/sqlite.hpp"

namespace walbench::storage {
namespace {

/// Of the writer, in memory that it shares with the one who kills it, and that outlives it.
struct Acknowledged {
  std::atomic<std::int64_t> last = 0;  ///< transactions 1 to this have been acknowledged
  std::atomic<bool> failed = false;
  std::array<char, 200> why{};  ///< it failed
};

class SharedAcknowledged {
 public:
  SharedAcknowledged()
      : memory_(mmap(nullptr, sizeof(Acknowledged), PROT_READ | PROT_WRITE,
                     MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
    if (memory_ == MAP_FAILED) fail_check("no memory can be shared");
    new (memory_) Acknowledged;
  }
  SharedAcknowledged(const SharedAcknowledged&) = delete;
  SharedAcknowledged& operator=(const SharedAcknowledged&) = delete;
  ~SharedAcknowledged() { munmap(memory_, sizeof(Acknowledged)); }

  Acknowledged& get() const { return *static_cast<Acknowledged*>(memory_); }

 private:
  void* memory_;
};

/// Checkpoints are frequent, so that many are cut short. Syncs do not matter to a process.
constexpr const char* kSettings = "PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=50";

void make_tables(const std::string& path) {
  const Connection connection(path, nullptr);
  connection.execute("PRAGMA journal_mode=WAL");
  connection.execute(
      "CREATE TABLE t(n INTEGER PRIMARY KEY, text TEXT);"
      "CREATE TABLE total(rows INTEGER); INSERT INTO total VALUES (0)");
}

/// Transactions of two tables, one after the other, for ever.
void write_for_ever(const std::string& path, Acknowledged& acknowledged) {
  const Connection connection(path, nullptr);
  connection.execute(kSettings);
  Statement begin = connection.prepare("BEGIN IMMEDIATE");
  Statement insert = connection.prepare("INSERT INTO t VALUES (?, 'row ' || ?)");
  Statement count = connection.prepare("UPDATE total SET rows = rows + 1");
  Statement commit = connection.prepare("COMMIT");
  for (std::int64_t n = connection.query_int64("SELECT rows FROM total") + 1;; ++n) {
    begin.step();
    begin.reset();
    insert.bind(1, n);
    insert.bind(2, n);
    for (Statement* const each : {&insert, &count, &commit}) {
      each->step();
      each->reset();
    }
    acknowledged.last.store(n);
  }
}

void write_until_killed(const std::string& path, Acknowledged& acknowledged) {
  try {
    write_for_ever(path, acknowledged);
  } catch (const std::exception& error) {
    std::strncpy(acknowledged.why.data(), error.what(), acknowledged.why.size() - 1);
  }
  acknowledged.failed.store(true);
}

/// Waits until the writer has acknowledged something new, and then for a while. False if it fails
/// first, or is too slow.
bool let_it_write(const Acknowledged& acknowledged, std::chrono::microseconds a_while,
                  const std::stop_token& stop) {
  constexpr std::chrono::seconds kPatience(5);
  constexpr std::chrono::microseconds kLook(200);
  const metrics::SteadyClock clock;
  const std::int64_t before = acknowledged.last.load();
  const std::int64_t deadline_ns = clock.now_ns() + std::chrono::nanoseconds(kPatience).count();
  while (acknowledged.last.load() == before) {
    if (acknowledged.failed.load() || clock.now_ns() > deadline_ns) return false;
    if (!clock.sleep_for(kLook, stop)) return false;
  }
  return clock.sleep_for(a_while, stop);
}

void compare(const std::string& path, std::int64_t acknowledged, KillsFound& found) {
  const Connection connection(path, nullptr);
  const std::int64_t last = connection.query_int64("SELECT max(n) FROM t");
  const std::int64_t whole =
      connection.query_int64("SELECT count(*) FROM t WHERE text = 'row ' || n");
  const std::int64_t counted = connection.query_int64("SELECT rows FROM total");
  found.lost += std::max<std::int64_t>(acknowledged - std::min({last, whole, counted}), 0);
  // The one that was under way may be there; none behind it.
  if (whole != last || counted != last || last > acknowledged + 1) found.torn += 1;
}

}  // namespace

KillsFound try_kills(const std::filesystem::path& database, int kills,
                     std::chrono::nanoseconds longest, const std::stop_token& stop) {
  const auto deadline = std::chrono::steady_clock::now() + longest;
  constexpr int kLongestUs = 80'000;
  const std::string path = database.string();
  make_tables(path);
  const SharedAcknowledged shared;
  Acknowledged& acknowledged = shared.get();
  std::mt19937 random{std::random_device()()};
  KillsFound found;
  try {
    while (found.kills < kills && found.sound() && !stop.stop_requested() &&
           std::chrono::steady_clock::now() < deadline) {
      {
        ChildProcess writer([&] { write_until_killed(path, acknowledged); });
        const std::chrono::microseconds a_while(
            std::uniform_int_distribution<int>(0, kLongestUs)(random));
        if (!let_it_write(acknowledged, a_while, stop) && !stop.stop_requested()) {
          found.trouble =
              acknowledged.failed.load() ? acknowledged.why.data() : "no transaction within 5 s";
        }
        if (writer.kill() && found.trouble.empty()) found.kills += 1;
      }
      found.acknowledged = acknowledged.last.load();
      compare(path, found.acknowledged, found);
    }
    if (!found.trouble.empty()) return found;
    const std::string integrity = Connection(path, nullptr).query_text("PRAGMA integrity_check");
    if (integrity != "ok") found.trouble = integrity;
  } catch (const SqliteError& error) {
    found.trouble = error.what();
  }
  return found;
}

}  // namespace walbench::storage

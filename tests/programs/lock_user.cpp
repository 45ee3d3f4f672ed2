// lock_user DATABASE write|read HOLD_MS PAUSE_MS SECONDS: uses a database for tests, and logs what
// it held. It prints `ready` once it has the database open. `write` then holds the write lock for
// HOLD_MS at a time, every tenth time four times as long, and prints `start end` for each hold at
// its end, in ns of CLOCK_MONOTONIC. `read` holds one read transaction after the other.
//
// It uses the C library and SQLite alone, so that it can be linked statically.

#include <sqlite3.h>
#include <time.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

struct Hold {
  long long start;
  long long end;
};

long long now_ns() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

void sleep_ms(long long ms) {
  const timespec span{ms / 1000, ms % 1000 * 1'000'000};
  nanosleep(&span, nullptr);
}

void run(sqlite3* database, const char* sql) {
  if (sqlite3_exec(database, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return;
  std::fprintf(stderr, "lock_user: %s: %s\n", sql, sqlite3_errmsg(database));
  std::exit(3);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) return 2;
  const bool writes = std::strcmp(argv[2], "write") == 0;
  const long long hold_ms = std::atoll(argv[3]);
  const long long pause_ms = std::atoll(argv[4]);
  const long long for_ns = std::atoll(argv[5]) * 1'000'000'000LL;

  sqlite3* database = nullptr;
  if (sqlite3_open_v2(argv[1], &database, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) return 3;
  sqlite3_busy_timeout(database, 60'000);
  // A checkpoint would come after the lock is let go, but before COMMIT returns.
  run(database, "PRAGMA wal_autocheckpoint = 0; SELECT count(*) FROM t");
  std::puts("ready");
  std::fflush(stdout);

  std::vector<Hold> holds;
  const long long until = now_ns() + for_ns;
  for (int turn = 1; now_ns() < until; ++turn) {
    run(database, writes ? "BEGIN IMMEDIATE" : "BEGIN; SELECT count(*) FROM t");
    const long long start = now_ns();
    if (writes) run(database, "UPDATE t SET n = n + 1");
    sleep_ms(turn % 10 == 0 && writes ? 4 * hold_ms : hold_ms);
    run(database, "COMMIT");
    holds.push_back({start, now_ns()});
    sleep_ms(pause_ms);
  }
  for (const Hold& hold : holds) {
    std::printf("%lld %lld\n", hold.start, hold.end);
  }
  sqlite3_close(database);
}

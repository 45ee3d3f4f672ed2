#include "tools/document/snippets.hpp"

#include <algorithm>
#include <array>

#include "tools/document/stack_snippets.hpp"
#include "tools/document/stack_words.hpp"

namespace walbench::tools {
namespace {

constexpr std::string_view kTimeoutMark = "$BUSY_TIMEOUT_MS";

constexpr std::array kSnippets = {
    Snippet{"settings", "sql", R"(PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA busy_timeout = $BUSY_TIMEOUT_MS;
)"},
    Snippet{"settings", "c", R"(#include <sqlite3.h>

/* Call it for each connection, after opening it. */
int configure(sqlite3* db) {
  sqlite3_busy_timeout(db, $BUSY_TIMEOUT_MS);
  return sqlite3_exec(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", 0, 0, 0);
}
)"},
    Snippet{"settings", "python", R"(import sqlite3

def connect():
    db = sqlite3.connect("app.db", timeout=$BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")
    return db
)"},
    Snippet{"pooled-connection", "c", R"(#include <sqlite3.h>

/* One connection for each thread, opened once. Call sqlite3_close() when the thread ends. */
sqlite3* connection(void) {
  static _Thread_local sqlite3* db;
  if (db == 0) {
    if (sqlite3_open("app.db", &db) != SQLITE_OK) {
      sqlite3_close(db);
      db = 0;
      return 0;
    }
    sqlite3_busy_timeout(db, $BUSY_TIMEOUT_MS);
  }
  return db;
}
)"},
    Snippet{"pooled-connection", "python", R"(import sqlite3
import threading

of_this_thread = threading.local()

def connection():
    if not hasattr(of_this_thread, "db"):
        of_this_thread.db = sqlite3.connect(
            "app.db", timeout=$BUSY_TIMEOUT_MS / 1000, isolation_level=None)
    return of_this_thread.db
)"},
    Snippet{"reduced-guards", "sql", R"(-- No row changed: another writer came first.
UPDATE items SET state = :next, version = version + 1
  WHERE id = :id AND version = :version;
)"},
    Snippet{"begin-immediate", "sql", R"(BEGIN IMMEDIATE;
UPDATE items SET state = 'done', version = version + 1 WHERE id = 1;
COMMIT;
)"},
    Snippet{"begin-immediate", "c", R"(#include <sqlite3.h>

int begin_write(sqlite3* db) {
  return sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0);
}
)"},
    Snippet{"begin-immediate", "python", R"(import sqlite3

def connect():
    return sqlite3.connect(
        "app.db", timeout=$BUSY_TIMEOUT_MS / 1000, isolation_level="IMMEDIATE")
)"},
    Snippet{"constant-retry", "c", R"(#include <sqlite3.h>
#include <time.h>

/* Tries again every millisecond, instead of after 1, 2, 5 ... 100 ms. */
static int try_again(void* unused, int tries) {
  const struct timespec one_ms = {0, 1000000};
  (void)unused;
  nanosleep(&one_ms, 0);
  return tries < $BUSY_TIMEOUT_MS;
}

/* Call it for each connection, after opening it. */
int use_constant_retry(sqlite3* db) {
  return sqlite3_busy_handler(db, try_again, 0);
}
)"},
    Snippet{"shared-connection", "c", R"(#include <pthread.h>
#include <sqlite3.h>

/* Every use of the one connection, reading included, holds this mutex. */
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

int write_transaction(sqlite3* db, const char* statements) {
  pthread_mutex_lock(&turn);
  int code = sqlite3_exec(db, "BEGIN IMMEDIATE", 0, 0, 0);
  if (code == SQLITE_OK) {
    code = sqlite3_exec(db, statements, 0, 0, 0);
    if (code == SQLITE_OK) code = sqlite3_exec(db, "COMMIT", 0, 0, 0);
    if (code != SQLITE_OK) sqlite3_exec(db, "ROLLBACK", 0, 0, 0);
  }
  pthread_mutex_unlock(&turn);
  return code;
}
)"},
    Snippet{"shared-connection", "python", R"(import sqlite3
import threading

db = sqlite3.connect("app.db", isolation_level="IMMEDIATE", check_same_thread=False)
turn = threading.Lock()  # every use of db, reading included, holds it

def write(sql, parameters=()):
    with turn, db:
        db.execute(sql, parameters)
)"},
    Snippet{"fair-queue", "c", R"(#include <pthread.h>

/* First come, first served. Enter before BEGIN IMMEDIATE, leave after COMMIT or ROLLBACK. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t moved_on = PTHREAD_COND_INITIALIZER;
static unsigned long last_ticket, now_serving;

void enter_queue(void) {
  pthread_mutex_lock(&mutex);
  const unsigned long mine = last_ticket++;
  while (mine != now_serving) pthread_cond_wait(&moved_on, &mutex);
  pthread_mutex_unlock(&mutex);
}

void leave_queue(void) {
  pthread_mutex_lock(&mutex);
  ++now_serving;
  pthread_cond_broadcast(&moved_on);
  pthread_mutex_unlock(&mutex);
}
)"},
    Snippet{"fair-queue", "python", R"(import collections
import threading

class FairQueue:
    """First come, first served. Hold it from BEGIN IMMEDIATE to COMMIT."""

    def __init__(self):
        self._mutex = threading.Lock()
        self._waiting = collections.deque()

    def __enter__(self):
        turn = threading.Event()
        with self._mutex:
            self._waiting.append(turn)
            if self._waiting[0] is turn:
                turn.set()
        turn.wait()

    def __exit__(self, *_):
        with self._mutex:
            self._waiting.popleft()
            if self._waiting:
                self._waiting[0].set()
)"},
    Snippet{"writer-thread", "python", R"(import concurrent.futures
import sqlite3

# The only thread that writes; wait for result() before acknowledging.
writer = concurrent.futures.ThreadPoolExecutor(max_workers=1)

def _write(sql, parameters):
    if not hasattr(_write, "db"):
        _write.db = sqlite3.connect("app.db", isolation_level="IMMEDIATE")
    with _write.db:
        _write.db.execute(sql, parameters)

def write(sql, parameters=()):
    return writer.submit(_write, sql, parameters)
)"},
    Snippet{"group-commit", "c++", R"(#include <sqlite3.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

// One thread commits whatever is queued as one transaction. A write counts once its future is
// ready: then its COMMIT is done. If one write of a group fails, all of the group fail.
class GroupCommitter {
 public:
  explicit GroupCommitter(sqlite3* db) : db_(db), thread_([this] { run(); }) {}
  GroupCommitter(const GroupCommitter&) = delete;
  GroupCommitter& operator=(const GroupCommitter&) = delete;
  ~GroupCommitter() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    queued_.notify_one();
    thread_.join();
  }

  std::future<void> write(std::string sql) {
    const std::lock_guard lock(mutex_);
    queue_.push_back({std::move(sql), {}});
    queued_.notify_one();
    return queue_.back().done.get_future();
  }

 private:
  struct Write {
    std::string sql;
    std::promise<void> done;
  };

  bool execute(const char* sql) {
    return sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  }

  bool commit(const std::vector<Write>& group) {
    bool ok = execute("BEGIN IMMEDIATE");
    for (const Write& each : group) ok = ok && execute(each.sql.c_str());
    ok = ok && execute("COMMIT");
    if (!ok) execute("ROLLBACK");
    return ok;
  }

  void run() {
    for (;;) {
      std::vector<Write> group;
      {
        std::unique_lock lock(mutex_);
        queued_.wait(lock, [this] { return ending_ || !queue_.empty(); });
        if (queue_.empty()) return;
        group.swap(queue_);
      }
      const bool ok = commit(group);
      for (Write& each : group) {
        if (ok) each.done.set_value();
        else each.done.set_exception(std::make_exception_ptr(std::runtime_error("not committed")));
      }
    }
  }

  sqlite3* db_;  // used by the committing thread alone
  std::mutex mutex_;
  std::condition_variable queued_;
  std::vector<Write> queue_;
  bool ending_ = false;
  std::thread thread_;  // last: it uses the others
};
)"}};

/// What a language is called above its lines, and in code blocks of Markdown.
struct Language {
  std::string_view name;
  std::string_view caption;
  std::string_view fence;
};

constexpr std::array<Language, 9> kLanguages = {{
    {"sql", "SQL", "sql"},
    {"c", "C, with the sqlite3 API", "c"},
    {"python", "Python, with the sqlite3 module", "python"},
    {"c++", "C++", "c++"},
    {"rails8", "Rails, config/database.yml", "yaml"},
    {"django", "Django, settings.py", "python"},
    {"javascript", "Node.js, with better-sqlite3", "javascript"},
    {"go", "Go, with mattn/go-sqlite3", "go"},
    {"rust", "Rust, with sqlx", "rust"},
}};

std::string with_timeout(std::string_view text, std::int64_t busy_timeout_ms) {
  std::string filled(text);
  for (std::size_t at = filled.find(kTimeoutMark); at != std::string::npos;
       at = filled.find(kTimeoutMark, at)) {
    filled.replace(at, kTimeoutMark.size(), std::to_string(busy_timeout_ms));
  }
  return filled;
}

/// Those of a change in the wanted language, or in every language that is nobody's in particular.
std::vector<const Snippet*> snippets_for(std::string_view change, std::string_view language) {
  std::vector<const Snippet*> wanted;
  for (const std::span<const Snippet> table :
       {std::span<const Snippet>(kSnippets), stack_snippets()}) {
    for (const Snippet& each : table) {
      if (each.change == change && each.language == language) wanted.push_back(&each);
    }
  }
  if (!wanted.empty()) return wanted;
  for (const Snippet& each : kSnippets) {
    if (each.change == change) wanted.push_back(&each);
  }
  return wanted;
}

}  // namespace

std::span<const Snippet> all_snippets() {
  return kSnippets;
}

std::vector<Code> code_for(std::string_view change, std::int64_t busy_timeout_ms,
                           std::string_view stack) {
  const StackWords* const words = find_stack_words(stack);
  const std::string_view wanted = words != nullptr ? words->language : std::string_view();
  std::vector<Code> code;
  for (const Snippet* const each : snippets_for(change, wanted)) {
    const Language& language = *std::ranges::find(kLanguages, each->language, &Language::name);
    const bool detail = change == "settings" && each->language != "sql" && each->language != wanted;
    code.push_back({std::string(language.caption), std::string(language.fence),
                    with_timeout(each->text, busy_timeout_ms), detail});
  }
  return code;
}

}  // namespace walbench::tools

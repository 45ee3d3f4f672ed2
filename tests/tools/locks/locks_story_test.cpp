// Would catch: a fact that one format tells and another leaves out; a holder that is guessed at
// where the kernel does not name it; a command line that turns into a terminal's colour or a
// table's column.

#include "tools/locks/locks_story.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/storage/sqlite/locks/lock_examples.hpp"
#include "tests/support/documents.hpp"
#include "tools/locks/locks_document.hpp"
#include "tools/locks/locks_json.hpp"
#include "tools/render/markdown.hpp"

namespace walbench::tools {
namespace {

using storage::HeldLock;
using storage::JournalMode;
using storage::LockByte;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr std::int64_t kSecond = 1'000'000'000;

/// One look at a database in WAL mode.
LocksStory one_look(std::vector<storage::LockHolder> holders) {
  LocksStory story{.file = "app.db", .started = "2026-11-28T00:12:43.123Z", .watch = {}};
  story.watch.looks = 1;
  story.watch.state = {.mode = JournalMode::wal,
                       .page_bytes = 4096,
                       .database_bytes = 1'200'000,
                       .wal_bytes = 412'032,
                       .has_wal_index = true,
                       .file_system = {.type = "ext4"}};
  story.watch.last = storage::wal_snapshot(1, std::move(holders));
  for (const storage::LockHolder& holder : story.watch.last.holders) {
    if (holder.pid > 0) story.watch.commands[holder.pid] = fmt::format("program {}", holder.pid);
    if (holder.pid <= 0) story.watch.commands[holder.pid] = "";
    if (holder.lock == LockByte::connection) story.watch.connected.insert(holder.pid);
  }
  return story;
}

/// Ten seconds in which 4417 held the write lock for most of the time and 5102 read.
LocksStory ten_seconds() {
  LocksStory story =
      one_look({storage::alone(LockByte::write, 4417), storage::shared(LockByte::read_mark_1, 5102),
                storage::shared(LockByte::connection, 4417)});
  story.cpu_ns = kSecond / 20;
  storage::LockWatch& watch = story.watch;
  watch.started_ns = 77;
  watch.elapsed_ns = 10 * kSecond;
  watch.looks = 9'876;
  watch.longest_gap_ns = 3'000'000;
  watch.frames_most = 95;
  watch.holdings = {{.lock = HeldLock::write,
                     .pid = 4417,
                     .holds = 41,
                     .held_ns = 6 * kSecond,
                     .longest_ns = 39 * kSecond / 10,
                     .first_seen_ns = 0,
                     .last_seen_ns = 10 * kSecond,
                     .held_at_last_look = true},
                    {.lock = HeldLock::write,
                     .pid = 4390,
                     .holds = 7,
                     .held_ns = kSecond,
                     .longest_ns = kSecond / 100,
                     .longest_error_ns = kSecond / 250},
                    {.lock = HeldLock::checkpoint, .pid = 4417, .holds = 1, .held_ns = 1'000}};
  watch.readers = {{.pid = 5102,
                    .read_ns = 10 * kSecond,
                    .longest_ns = 10 * kSecond,
                    .longest_is_cut = true,
                    .frames_kept = 60,
                    .reading_at_last_look = true}};
  watch.commands[4390] = "";
  return story;
}

std::string terminal(const LocksStory& story) {
  return terminal_text(locks_document(story));
}

TEST(LocksStoryTest, EveryFormatTellsTheFacts) {
  const LocksStory story = ten_seconds();
  for (const std::string& text : {terminal(story), render_markdown(locks_document(story))}) {
    for (const char* const fact : {"app.db: WAL mode, watched for 10 s",
                                   "100 frames, of which 90 are not yet checkpointed",
                                   "95 at most",
                                   "One process has it open",
                                   "pid 4417",
                                   "60.0 %",
                                   "3.9 s",
                                   "program 4417",
                                   "pid 4390",
                                   "10.0 %",
                                   "4 ms",
                                   "(ended)",
                                   "30.0 %",
                                   "pid 5102",
                                   "at least 10 s",
                                   "kept 60 frames",
                                   "checkpoint lock",
                                   "9,876 looks, 3 ms apart at most",
                                   "0.5 % of one processor",
                                   "look alike"}) {
      std::string plain = text;
      std::erase(plain, '\\');
      EXPECT_THAT(plain, HasSubstr(fact));
    }
  }
}

TEST(LocksStoryTest, JsonTellsThemInFull) {
  const auto json = nlohmann::json::parse(locks_json(ten_seconds()));
  EXPECT_EQ(json["kind"], "locks");
  EXPECT_EQ(json["journal_mode"], "wal");
  EXPECT_EQ(json["frames_not_checkpointed"], 90);
  EXPECT_EQ(json["started_monotonic_ns"], 77);
  EXPECT_NEAR(json["write_lock_free_share"].get<double>(), 0.3, 1e-9);
  ASSERT_EQ(json["holdings"].size(), 3U);
  const auto& first = json["holdings"][0];
  EXPECT_EQ(first["lock"], "write");
  EXPECT_EQ(first["pid"], 4417);
  EXPECT_EQ(first["command"], "program 4417");
  EXPECT_EQ(first["held_share"], 0.6);
  EXPECT_EQ(first["holds"], 41);
  EXPECT_EQ(first["longest_ms"], 3900);
  EXPECT_EQ(first["held_at_last_look"], true);
  EXPECT_EQ(json["holdings"][1]["longest_error_ms"], 4);
  ASSERT_EQ(json["readers"].size(), 1U);
  EXPECT_EQ(json["readers"][0]["frames_kept"], 60);
  EXPECT_EQ(json["readers"][0]["longest_is_cut"], true);
  ASSERT_EQ(json["held_now"].size(), 2U) << "a connection alone holds nothing up";
  EXPECT_EQ(json["held_now"][1]["lock"], "READ 1");
  EXPECT_EQ(json["connected"][0]["pid"], 4417);
}

TEST(LocksStoryTest, OneLookTellsWhoHoldsNow) {
  const Document document = locks_document(
      one_look({storage::alone(LockByte::write, 7), storage::shared(LockByte::read_mark_1, 8)}));
  EXPECT_THAT(rows_of(table_of(section_of(document, "Locks"))),
              ElementsAre("WRITE | alone | pid 7 | - | program 7",
                          "READ 1 | shared | pid 8 | 60 | program 8"));
  EXPECT_THAT(document.title, Not(HasSubstr("watched")));
}

TEST(LocksStoryTest, NobodyIsTold) {
  EXPECT_THAT(terminal(one_look({})), HasSubstr("Nobody holds a lock at this moment"));
  LocksStory idle = ten_seconds();
  idle.watch.holdings.clear();
  EXPECT_THAT(terminal(idle), HasSubstr("Nobody was seen holding the write lock."));
}

TEST(LocksStoryTest, HoldersThatTheKernelDoesNotNameAreSaidInASentence) {
  const LocksStory story = one_look({storage::alone(LockByte::write, storage::kOtherNamespacePid),
                                     storage::alone(LockByte::checkpoint, storage::kOpenFilePid),
                                     storage::shared(LockByte::read_mark_0, -3),
                                     storage::shared(LockByte::connection, 1)});
  const std::string text = terminal(story);
  EXPECT_THAT(text, HasSubstr("Run this on the host."));
  EXPECT_THAT(text, HasSubstr("open file description locks (OFD)"));
  EXPECT_THAT(text, HasSubstr("on another host"));
  EXPECT_THAT(text, Not(HasSubstr("pid 0")));
  EXPECT_THAT(text, Not(HasSubstr("pid -")));
  const auto json = nlohmann::json::parse(locks_json(story));
  for (const auto& holder : json["held_now"]) {
    EXPECT_TRUE(holder["pid"].is_null()) << holder;
  }
  EXPECT_EQ(json["reservations"].size(), 3U);
  EXPECT_THAT(reservations(one_look({storage::shared(LockByte::connection, 1)}).watch), IsEmpty());
}

TEST(LocksStoryTest, UnusualStatesAreSaidInASentence) {
  const auto with = [](const auto& change) {
    LocksStory story = one_look({});
    change(story.watch);
    return terminal(story);
  };
  EXPECT_THAT(with([](auto&) {}), HasSubstr("the -shm file was left behind"));
  EXPECT_THAT(with([](auto& watch) { watch.state.has_wal_index = false; }),
              HasSubstr("nobody has the database open"));
  EXPECT_THAT(with([](auto& watch) { watch.last.wal_index.reset(); }),
              HasSubstr("will recover it"));
  EXPECT_THAT(with([](auto& watch) { watch.state.replaced = true; }), HasSubstr("another file"));
  EXPECT_THAT(with([](auto& watch) { watch.state.file_system.type = "nfs4"; }),
              HasSubstr("The database is on nfs4"));
  EXPECT_THAT(with([](auto& watch) { watch.state.file_system.type = "fuse.sshfs"; }),
              HasSubstr("The database is on fuse.sshfs"));
  EXPECT_THAT(with([](auto& watch) { watch.last.holders = {storage::alone(LockByte::shared, 7)}; }),
              HasSubstr("locking_mode=EXCLUSIVE"));
  EXPECT_THAT(with([](auto& watch) { watch.state.mode = JournalMode::rollback; }),
              HasSubstr("app.db: rollback-journal mode"));
  EXPECT_THAT(with([](auto& watch) { watch.state.empty = true; }),
              HasSubstr("The database file is empty"));
}

TEST(LocksStoryTest, ACommandLineIsText) {
  LocksStory story = one_look({storage::alone(LockByte::write, 7)});
  story.watch.commands[7] = "a|b \x1b[31m" + std::string(500, 'x');
  const std::string text = terminal(story);
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr(std::string(100, 'x'))));
  EXPECT_THAT(render_markdown(locks_document(story)), HasSubstr("a\\|b"));
  EXPECT_THAT(locks_json(story), HasSubstr(std::string(500, 'x')));
}

TEST(LocksStoryTest, ManyHoldersAreCutOffAndCounted) {
  LocksStory story = ten_seconds();
  for (pid_t pid = 1; pid <= 40; ++pid) {
    story.watch.holdings.push_back({.lock = HeldLock::checkpoint, .pid = pid, .holds = 1});
  }
  const Table table = table_of(section_of(locks_document(story), "Locks"), "checkpoint lock");
  EXPECT_EQ(table.rows.size(), 15U);
  EXPECT_THAT(table.caption, HasSubstr("26 more in JSON"));
}

}  // namespace
}  // namespace walbench::tools

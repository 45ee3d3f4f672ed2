// Silent bugs these tests would catch: lines to paste that do not compile or do not run; a
// committer that loses a write; a queue that lets two in at once; a change that can be recommended
// and has nothing to paste.

#include "tools/document/snippets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "tests/support/temporary_folder.hpp"

namespace walbench::tools {
namespace {

/// Python that uses what the snippet of a change defines, and fails if it does not work.
const std::map<std::string_view, std::string> kPythonUses = {
    {"settings",
     "assert connect().execute('PRAGMA synchronous').fetchone() == (1,)\n"
     "assert connect().execute('PRAGMA journal_mode').fetchone() == ('wal',)\n"
     "assert connect().execute('PRAGMA busy_timeout').fetchone() == (7000,)\n"},
    {"pooled-connection",
     "assert connection() is connection()\n"
     "connection().execute('UPDATE items SET state = 1')\n"},
    {"begin-immediate",
     "with connect() as db:\n"
     "    db.execute('UPDATE items SET state = 1')\n"},
    {"shared-connection", "write('UPDATE items SET state = ?', (1,))\n"},
    {"writer-thread", "write('UPDATE items SET state = ?', (1,)).result()\n"},
    {"fair-queue",
     "queue, inside = FairQueue(), []\n"
     "def enter():\n"
     "    for _ in range(200):\n"
     "        with queue:\n"
     "            inside.append(1)\n"
     "            assert len(inside) == 1\n"
     "            inside.pop()\n"
     "threads = [threading.Thread(target=enter) for _ in range(4)]\n"
     "for thread in threads: thread.start()\n"
     "for thread in threads: thread.join()\n"}};

const std::string kCommitterUse = R"(
int main() {
  sqlite3* db = nullptr;
  if (sqlite3_open("app.db", &db) != SQLITE_OK) return 1;
  sqlite3_exec(db, "UPDATE items SET version = 0", nullptr, nullptr, nullptr);
  {
    GroupCommitter committer(db);
    std::vector<std::future<void>> writes;
    for (int i = 0; i < 100; ++i) {
      writes.push_back(committer.write("UPDATE items SET version = version + 1 WHERE id = 1"));
    }
    for (auto& each : writes) each.get();
    auto wrong = committer.write("UPDATE nothing SET x = 1");
    try {
      wrong.get();
      return 2;
    } catch (const std::runtime_error&) {
    }
  }
  sqlite3_stmt* select = nullptr;
  sqlite3_prepare_v2(db, "SELECT version FROM items WHERE id = 1", -1, &select, nullptr);
  if (sqlite3_step(select) != SQLITE_ROW || sqlite3_column_int(select, 0) != 100) return 3;
  sqlite3_finalize(select);
  sqlite3_close(db);
}
)";

class Snippets : public test_support::TemporaryFolderTest {
 protected:
  void SetUp() override {
    write("setup.py",
          "import sqlite3\n"
          "with sqlite3.connect('app.db') as db:\n"
          "    db.execute('CREATE TABLE items (id INTEGER PRIMARY KEY, state TEXT, version INT)')\n"
          "    db.execute(\"INSERT INTO items VALUES (1, 'new', 0)\")\n");
    ASSERT_EQ(run("python3 setup.py"), 0);
  }

  int run(const std::string& command) const {
    return std::system(("cd '" + directory().string() + "' && " + command).c_str());
  }

  /// Whether it compiles, or runs.
  bool works(const Snippet& snippet, const std::string& text) const {
    if (snippet.language == "c") {
      write("snippet.c", text);
      return run("cc -std=c11 -Wall -Wextra -Werror -D_POSIX_C_SOURCE=200809L -c snippet.c") == 0;
    }
    if (snippet.language == "c++") {
      write("snippet.cpp", text + kCommitterUse);
      return run("c++ -std=c++20 -Wall -Wextra -Werror snippet.cpp -o snippet -lsqlite3 -pthread "
                 "&& ./snippet") == 0;
    }
    if (snippet.language == "python") {
      write("snippet.py", text + kPythonUses.at(snippet.change));
      return run("python3 snippet.py") == 0;
    }
    write("snippet.sql", text);
    write("snippet.py",
          "import sqlite3\n"
          "db = sqlite3.connect('app.db', isolation_level=None)\n"
          "text = ''\n"
          "for line in open('snippet.sql'):\n"
          "    text += line\n"
          "    if sqlite3.complete_statement(text):\n"
          "        values = {'next': 'done', 'id': 1, 'version': 0} if ':' in text else {}\n"
          "        db.execute(text, values)\n"
          "        text = ''\n"
          "assert not text.strip(), 'an unfinished statement'\n");
    return run("python3 snippet.py") == 0;
  }
};

TEST_F(Snippets, EachCompilesOrRuns) {
  for (const Snippet& snippet : all_snippets()) {
    for (const Code& code : code_for(snippet.change, 7000)) {
      if (code.language != snippet.language) continue;
      EXPECT_TRUE(works(snippet, code.text)) << snippet.change << " in " << snippet.language;
    }
  }
}

TEST_F(Snippets, EachChangeThatCanBeRecommendedHasOne) {
  for (const char* const change : {"settings", "pooled-connection", "reduced-guards",
                                   "shared-connection", "fair-queue", "group-commit"}) {
    EXPECT_FALSE(code_for(change, 5000).empty()) << change;
  }
  EXPECT_TRUE(code_for("no such change", 5000).empty());
}

TEST_F(Snippets, HaveTheTimeoutThatIsNamedAndEndTheirLines) {
  for (const Snippet& snippet : all_snippets()) {
    for (const Code& code : code_for(snippet.change, 12'345)) {
      EXPECT_THAT(code.text, testing::Not(testing::HasSubstr("$")));
      EXPECT_TRUE(code.text.ends_with("\n"));
    }
  }
  EXPECT_THAT(code_for("settings", 12'345).front().text, testing::HasSubstr("= 12345;"));
}

}  // namespace
}  // namespace walbench::tools

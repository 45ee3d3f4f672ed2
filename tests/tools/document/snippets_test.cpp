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
#include <vector>

#include "tests/support/temporary_folder.hpp"
#include "tools/document/stack_snippets.hpp"
#include "tools/document/stack_words.hpp"

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

/// Checks the syntax of lines in a stack's words, with a tool for it. True where there is none.
class StackSnippets : public Snippets {
 protected:
  bool parses(const Snippet& snippet, const std::string& text) const {
    if (snippet.language == "rails8")
      return parses_with(
          "python3 -c 'import yaml'", "yml", text,
          "python3 -c \"import yaml; config = yaml.safe_load(open('snippet.yml'))['production']; "
          "assert config['adapter'] == 'sqlite3'; assert config.get('timeout', 7000) == 7000\"");
    if (snippet.language == "javascript") {
      return parses_with("command -v node", "js", text, "node --check snippet.js");
    }
    if (snippet.language == "go") {
      return parses_with("command -v gofmt", "go", text, "test -z \"$(gofmt -l snippet.go)\"");
    }
    if (snippet.language == "rust") {
      return parses_with("command -v rustfmt", "rs", text,
                         "rustfmt --check --edition 2021 snippet.rs");
    }
    return parses_with("true", "py", text + kDjangoUse, "python3 snippet.py");
  }

 private:
  bool parses_with(const std::string& tool, const std::string& suffix, const std::string& text,
                   const std::string& command) const {
    if (run(tool + " >/dev/null 2>&1") != 0) return true;
    write("snippet." + suffix, text);
    return run(command) == 0;
  }

  /// What OPTIONS says is what sqlite3.connect() takes, and init_command what runs.
  static constexpr const char* kDjangoUse =
      "import sqlite3\n"
      "default = DATABASES['default']\n"
      "options = default.get('OPTIONS', {})\n"
      "assert options.get('timeout', 7) == 7\n"
      "assert options.get('transaction_mode') in (None, 'IMMEDIATE')\n"
      "db = sqlite3.connect(default['NAME'], timeout=options.get('timeout', 5))\n"
      "for sql in options.get('init_command', '').split(';'): db.execute(sql)\n";
};

TEST_F(StackSnippets, EachParses) {
  for (const Snippet& snippet : stack_snippets()) {
    for (const StackWords& words : stack_words()) {
      if (words.language != snippet.language) continue;
      const std::vector<Code> code = code_for(snippet.change, 7000, words.name);
      ASSERT_EQ(code.size(), 1U) << snippet.change << " for " << words.name;
      EXPECT_FALSE(code.front().details);
      EXPECT_THAT(code.front().text, testing::Not(testing::HasSubstr("$")));
      EXPECT_TRUE(parses(snippet, code.front().text)) << snippet.change << " for " << words.name;
    }
  }
}

TEST_F(StackSnippets, AreTheLinesThatTheStacksDocument) {
  EXPECT_EQ(
      code_for("settings", 7000, "go-sqlite3").front().text,
      "package main\n\nimport (\n\t\"database/sql\"\n\n\t_ \"github.com/mattn/go-sqlite3\"\n)\n\n"
      "func open() (*sql.DB, error) {\n\treturn sql.Open(\"sqlite3\",\n\t\t"
      "\"file:app.db?_busy_timeout=7000&_journal_mode=WAL&_synchronous=NORMAL\")\n}\n");
  EXPECT_THAT(code_for("begin-immediate", 7000, "go-sqlite3").front().text,
              testing::HasSubstr("?_busy_timeout=7000&_txlock=immediate\""));
  EXPECT_THAT(code_for("settings", 7000, "sqlx").front().text,
              testing::HasSubstr("        .busy_timeout(Duration::from_millis(7000))\n"
                                 "        .journal_mode(SqliteJournalMode::Wal)\n"
                                 "        .synchronous(SqliteSynchronous::Normal))\n"));
  EXPECT_THAT(code_for("begin-immediate", 7000, "sqlx").front().text,
              testing::HasSubstr("pool.begin_with(\"BEGIN IMMEDIATE\").await?;"));
  EXPECT_THAT(code_for("settings", 7000, "better-sqlite3").front().text,
              testing::HasSubstr("new Database('app.db', { timeout: 7000 });"));
}

TEST_F(StackSnippets, EachStackHasSettingsOfItsOwnAndWhatItLacksInEveryLanguage) {
  for (const StackWords& words : stack_words()) {
    EXPECT_EQ(code_for("settings", 7000, words.name).size(), 1U) << words.name;
    EXPECT_FALSE(code_for("group-commit", 7000, words.name).empty()) << words.name;
  }
  EXPECT_EQ(code_for("fair-queue", 7000, "rails8").size(), code_for("fair-queue", 7000).size());
  EXPECT_EQ(code_for("settings", 7000, "no such stack").size(), code_for("settings", 7000).size());
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

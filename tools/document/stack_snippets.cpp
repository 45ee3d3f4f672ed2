#include "tools/document/stack_snippets.hpp"

#include <array>

namespace walbench::tools {
namespace {

constexpr std::array kSnippets = {
    Snippet{"settings", "rails8", R"(production:
  adapter: sqlite3
  database: storage/production.sqlite3
  timeout: $BUSY_TIMEOUT_MS
  pragmas:
    journal_mode: wal
    synchronous: normal
)"},
    Snippet{"begin-immediate", "rails8", R"(production:
  adapter: sqlite3
  database: storage/production.sqlite3
  default_transaction_mode: immediate
)"},
    Snippet{"constant-retry", "rails8", R"(production:
  adapter: sqlite3
  database: storage/production.sqlite3
  timeout: $BUSY_TIMEOUT_MS # tries each millisecond with the sqlite3 gem from 2.0 on
)"},
    Snippet{"settings", "django", R"(DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "app.db",
        "OPTIONS": {  # init_command: from Django 5.1 on
            "timeout": $BUSY_TIMEOUT_MS / 1000,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }
}
)"},
    Snippet{"begin-immediate", "django", R"(DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "app.db",
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},  # from Django 5.1 on
    }
}
)"},
    Snippet{"pooled-connection", "django", R"(DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": "app.db",
        "CONN_MAX_AGE": None,  # the default, 0, opens a connection for each request
    }
}
)"},
    Snippet{"settings", "javascript", R"(const Database = require('better-sqlite3');

const db = new Database('app.db', { timeout: $BUSY_TIMEOUT_MS });
db.pragma('journal_mode = WAL');
db.pragma('synchronous = NORMAL');
)"},
    Snippet{"begin-immediate", "javascript", R"(const Database = require('better-sqlite3');

const db = new Database('app.db', { timeout: $BUSY_TIMEOUT_MS });
const update = db.prepare("UPDATE items SET state = 'done', version = version + 1 WHERE id = ?");
const write = db.transaction((id) => update.run(id)).immediate;
write(1);
)"},
    Snippet{"settings", "go", R"(package main

import (
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

func open() (*sql.DB, error) {
	return sql.Open("sqlite3",
		"file:app.db?_busy_timeout=$BUSY_TIMEOUT_MS&_journal_mode=WAL&_synchronous=NORMAL")
}
)"},
    Snippet{"begin-immediate", "go", R"(package main

import (
	"database/sql"

	_ "github.com/mattn/go-sqlite3"
)

func open() (*sql.DB, error) {
	return sql.Open("sqlite3", "file:app.db?_busy_timeout=$BUSY_TIMEOUT_MS&_txlock=immediate")
}
)"},
    Snippet{"settings", "rust",
            R"(use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use std::{str::FromStr, time::Duration};

fn options() -> Result<SqliteConnectOptions, sqlx::Error> {
    Ok(SqliteConnectOptions::from_str("sqlite://app.db")?
        .busy_timeout(Duration::from_millis($BUSY_TIMEOUT_MS))
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal))
}
)"},
    Snippet{"begin-immediate", "rust", R"(// begin_with: from sqlx 0.8.4 on
async fn write(pool: &sqlx::SqlitePool) -> Result<(), sqlx::Error> {
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE items SET state = 'done', version = version + 1 WHERE id = 1")
        .execute(&mut *transaction)
        .await?;
    transaction.commit().await
}
)"},
};

}  // namespace

std::span<const Snippet> stack_snippets() {
  return kSnippets;
}

}  // namespace walbench::tools

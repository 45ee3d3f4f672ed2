#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace walbench::storage {

// The two headers from which SQLite's files say what state they are in. Sources:
// https://sqlite.org/fileformat2.html and https://sqlite.org/walformat.html.

enum class JournalMode : std::uint8_t {
  rollback,  ///< DELETE, TRUNCATE, PERSIST, MEMORY or OFF: the file does not say which
  wal,
};

/// The beginning of a database file.
struct DatabaseHeader {
  static constexpr std::size_t kBytes = 100;

  JournalMode mode = JournalMode::rollback;
  std::uint32_t page_bytes = 0;
  std::uint32_t change_counter = 0;  ///< in rollback-journal mode one more after each commit
  std::uint32_t free_pages = 0;
};

/// Empty if these are not the first bytes of a database, or of an encrypted one.
std::optional<DatabaseHeader> parse_database_header(std::span<const std::byte> bytes);

/// The beginning of a `-shm` file: how far the WAL goes, how much of it is in the database already,
/// and what readers see of it.
struct WalIndex {
  static constexpr std::size_t kBytes = 136;
  static constexpr std::size_t kMarks = 5;
  static constexpr std::uint32_t kUnusedMark = 0xFFFFFFFF;

  std::uint32_t change_counter = 0;  ///< one more after each commit
  std::uint32_t frames = 0;          ///< mxFrame: committed frames in the WAL
  std::uint32_t backfilled = 0;      ///< nBackfill: of these, checkpointed
  /// A reader that holds the lock of mark i sees no frame behind marks[i]; with mark 0 it reads the
  /// database alone.
  std::array<std::uint32_t, kMarks> marks{};

  std::uint32_t not_checkpointed() const { return frames > backfilled ? frames - backfilled : 0; }

  /// How many frames a checkpoint has to leave in the WAL while a reader holds this mark.
  std::uint32_t kept_by(std::size_t mark) const;
};

/// Empty if the header is being written just now, or awaits recovery.
std::optional<WalIndex> parse_wal_index(std::span<const std::byte> bytes);

}  // namespace walbench::storage

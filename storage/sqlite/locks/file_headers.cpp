#include "storage/sqlite/locks/file_headers.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace walbench::storage {
namespace {

std::uint32_t byte_at(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::uint32_t>(bytes[at]);
}

/// Most significant byte first, as in the database file.
std::uint32_t big_endian(std::span<const std::byte> bytes, std::size_t at) {
  return byte_at(bytes, at) << 24U | byte_at(bytes, at + 1) << 16U | byte_at(bytes, at + 2) << 8U |
         byte_at(bytes, at + 3);
}

/// In the order of this machine, as in the wal-index.
std::uint32_t native(std::span<const std::byte> bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, &bytes[at], sizeof value);
  return value;
}

}  // namespace

std::optional<DatabaseHeader> parse_database_header(std::span<const std::byte> bytes) {
  constexpr std::string_view kMagic("SQLite format 3\0", 16);
  constexpr std::size_t kPageBytes = 16;
  constexpr std::size_t kReadVersion = 19;
  constexpr std::size_t kChangeCounter = 24;
  constexpr std::size_t kFreePages = 36;
  constexpr std::uint32_t kWalVersion = 2;
  if (bytes.size() < DatabaseHeader::kBytes ||
      std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return {};
  }
  DatabaseHeader header;
  header.page_bytes = byte_at(bytes, kPageBytes) << 8U | byte_at(bytes, kPageBytes + 1);
  if (header.page_bytes == 1) header.page_bytes = 65536;
  if (byte_at(bytes, kReadVersion) == kWalVersion) header.mode = JournalMode::wal;
  header.change_counter = big_endian(bytes, kChangeCounter);
  header.free_pages = big_endian(bytes, kFreePages);
  return header;
}

std::uint32_t WalIndex::kept_by(std::size_t mark) const {
  const std::uint32_t seen = mark == 0 || marks[mark] == kUnusedMark ? 0 : marks[mark];
  const std::uint32_t movable = std::max(seen, backfilled);
  return frames > movable ? frames - movable : 0;
}

std::optional<WalIndex> parse_wal_index(std::span<const std::byte> bytes) {
  // Two copies of a header of 48 bytes, which differ while it is being written; then nBackfill and
  // the read marks.
  constexpr std::size_t kCopyBytes = 48;
  constexpr std::size_t kChange = 8;
  constexpr std::size_t kIsInitialised = 12;
  constexpr std::size_t kFrames = 16;
  constexpr std::size_t kBackfilled = 96;
  constexpr std::size_t kFirstMark = 100;
  if (bytes.size() < WalIndex::kBytes || byte_at(bytes, kIsInitialised) == 0 ||
      std::memcmp(bytes.data(), &bytes[kCopyBytes], kCopyBytes) != 0) {
    return {};
  }
  WalIndex index;
  index.change_counter = native(bytes, kChange);
  index.frames = native(bytes, kFrames);
  index.backfilled = native(bytes, kBackfilled);
  for (std::size_t mark = 0; mark < WalIndex::kMarks; ++mark) {
    index.marks[mark] = native(bytes, kFirstMark + mark * sizeof(std::uint32_t));
  }
  return index;
}

}  // namespace walbench::storage

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "engine/process/messages.hpp"
#include "storage/copy_report.hpp"
#include "storage/sqlite/database_files.hpp"
#include "tools/bench/script_request.hpp"

namespace walbench::tools {

/// Makes an image, in this process or another one: see engine::make_image().
using ImageMaker = std::function<engine::MadeImage(const engine::ImageOrder&)>;

/// The database that each measurement of scripts starts from a copy of: the user's, or a new one,
/// with the setup done. Removed at the end.
class ScriptImage {
 public:
  /// An empty one, below `scratch`. Throws DatabaseFileError.
  explicit ScriptImage(const std::optional<std::filesystem::path>& scratch)
      : files_(std::nullopt, scratch) {}

  storage::DatabaseFiles& files() { return files_; }

  /// Makes it, has the database look at every statement of the scripts, and lets them start from
  /// it. Throws what `make` does, ScriptsRefused, and std::invalid_argument if the disk has no room
  /// for the copies.
  void make(ScriptRun& run, const ImageMaker& make);

  /// What copying the user's database took, and what the copies will take; nothing if there is
  /// none.
  std::optional<std::string> cost(std::size_t measurements) const;

 private:
  void require_room(std::int64_t bytes) const;

  storage::DatabaseFiles files_;
  std::optional<storage::CopyReport> copied_;
};

}  // namespace walbench::tools

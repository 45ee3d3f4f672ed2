#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace walbench::metrics {

/// A file that stands at its target once it is complete, and until then has no name at all, so that
/// whatever ends the process leaves nothing behind. Where the file system knows no files without a
/// name (or there is no /proc to name them by), and while an existing file is replaced, it has a
/// temporary name beside its target. That stays if the process is killed; a lock on it, which ends
/// with the process, tells remove_abandoned_files() that it may go.
///
/// A target that exists holds what it held before or the whole new file. Links are not followed:
/// what one leads to may be a device, and replacing the link is worse. Members throw FileError.
class WholeFile {
 public:
  /// `target` does not exist or is an ordinary file, and its folder exists.
  explicit WholeFile(std::filesystem::path target);
  WholeFile(WholeFile&& other) noexcept;
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;
  WholeFile& operator=(WholeFile&&) = delete;
  ~WholeFile();

  void append(std::string_view text);

  /// Hands everything to the disk. Of several files, all are flushed before the first is moved.
  void flush();

  /// Flushes the rest and gives the file its name. No call may follow.
  void move_to_target();

  /// Gives the file its name, but never replaces another: false if one has the name already. Only
  /// what was flushed survives a failure of power. No call may follow.
  [[nodiscard]] bool create_at_target() { return create_at(target_); }
  /// The same under another name, on the same file system.
  [[nodiscard]] bool create_at(const std::filesystem::path& name);

  /// A path by which others in this process can open the file as long as this object lives.
  std::filesystem::path open_path() const;

  const std::filesystem::path& target() const { return target_; }

 private:
  [[noreturn]] void fail(std::string_view action, int error) const;
  bool open_without_name();
  void open_under_temporary_name();
  bool link_as(const std::filesystem::path& name) const;
  void link_as_temporary_name();
  void write_pending();

  std::filesystem::path target_;
  std::filesystem::path temporary_;  ///< empty: it has none
  int descriptor_ = -1;
  bool flushed_ = false;
  std::string pending_;
};

/// Removes the temporary files of writers that were killed. Returns a sentence for each that could
/// not be removed.
std::vector<std::string> remove_abandoned_files(const std::filesystem::path& folder);

/// Replaces the file or creates it, so that `path` holds all of `text` or what it held before.
/// Throws FileError.
void write_file_atomically(const std::filesystem::path& path, const std::string& text);

}  // namespace walbench::metrics

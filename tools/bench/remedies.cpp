#include "tools/bench/remedies.hpp"

#include <algorithm>
#include <array>

namespace walbench::tools {
namespace {

struct RemedyText {
  storage::Remedy remedy;
  std::string_view text;
};

constexpr std::array<RemedyText, 9> kRemedies = {{
    {storage::Remedy::wait_longer,
     "; the write lock was not free within the busy timeout: raise --busy-timeout or lower "
     "--threads"},
    {storage::Remedy::free_space,
     "; free some space, or put the database elsewhere with --dir FOLDER"},
    {storage::Remedy::fewer_connections,
     "; lower --threads or raise the limit on open files (ulimit -n)"},
    {storage::Remedy::fewer_threads,
     "; ask for fewer with --threads, or raise the limits on threads and memory (ulimit -u, "
     "ulimit -v)"},
    {storage::Remedy::less_memory,
     "; lower --threads or --files, or raise the limit on memory (ulimit -v)"},
    {storage::Remedy::local_disk, "; put it on a local disk with --dir FOLDER"},
    {storage::Remedy::name_database, "; name a writable place with --dir FOLDER, or another file"},
    {storage::Remedy::other_database, "; remove it or name another file"},
    {storage::Remedy::temporary_folder, "; name a writable folder with --dir FOLDER or TMPDIR"},
}};

}  // namespace

std::string_view remedy_text(storage::Remedy remedy) {
  const auto* const found = std::ranges::find(kRemedies, remedy, &RemedyText::remedy);
  return found == kRemedies.end() ? std::string_view() : found->text;
}

}  // namespace walbench::tools

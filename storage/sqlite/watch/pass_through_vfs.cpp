#include "storage/sqlite/watch/pass_through_vfs.hpp"

#include <algorithm>

namespace walbench::storage {
namespace {

/// The method that calls the real VFS's method of the same name.
template <auto Method>
struct Forward;
template <typename Result, typename... Arguments,
          Result (*sqlite3_vfs::*Method)(sqlite3_vfs*, Arguments...)>
struct Forward<Method> {
  static Result call(sqlite3_vfs* vfs, Arguments... arguments) {
    sqlite3_vfs* const real = PassThroughVfs::of(vfs).real;
    return (real->*Method)(real, arguments...);
  }
};

template <auto... Methods>
void forward(sqlite3_vfs& vfs) {
  ((vfs.*Methods = Forward<Methods>::call), ...);
}

}  // namespace

PassThroughVfs pass_through_to(sqlite3_vfs& real) {
  PassThroughVfs vfs;
  vfs.real = &real;
  vfs.base.iVersion = std::min(real.iVersion, 3);
  vfs.base.szOsFile = real.szOsFile;
  vfs.base.mxPathname = real.mxPathname;
  using Vfs = sqlite3_vfs;
  forward<&Vfs::xDelete, &Vfs::xAccess, &Vfs::xFullPathname, &Vfs::xDlOpen, &Vfs::xDlError,
          &Vfs::xDlSym, &Vfs::xDlClose, &Vfs::xRandomness, &Vfs::xSleep, &Vfs::xCurrentTime,
          &Vfs::xGetLastError, &Vfs::xCurrentTimeInt64, &Vfs::xSetSystemCall, &Vfs::xGetSystemCall,
          &Vfs::xNextSystemCall>(vfs.base);
  return vfs;
}

}  // namespace walbench::storage

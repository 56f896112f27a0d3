#include <yardstick/plugin.h>
#include <yardstick/plugin_loader.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <sstream>

namespace yardstick {
namespace {

using DescriptorEntry = const PluginDescriptor* (*)();

std::string major_minor(const std::string& version) {
  const std::size_t first = version.find('.');
  return version.substr(0, version.find('.', first + 1));
}

[[noreturn]] void refuse(const std::string& path, const std::string& why, std::string hint = {}) {
  throw_user(concat("plug-in ", path, ": ", why), std::move(hint));
}

// Reads a field only once everything before it is known to be there.
void check_descriptor(const PluginDescriptor* descriptor, const std::string& path) {
  constexpr const char* kRebuild = "rebuild the plug-in against this Yardstick";
  if (descriptor == nullptr) refuse(path, "its descriptor is null", kRebuild);
  if (descriptor->struct_size != sizeof(PluginDescriptor)) {
    refuse(path,
           concat("its descriptor has ", descriptor->struct_size, " bytes, this Yardstick's has ",
                  sizeof(PluginDescriptor)),
           kRebuild);
  }
  if (descriptor->abi != kPluginAbi) {
    refuse(path, concat("built for plug-in ABI ", descriptor->abi, ", this is ABI ", kPluginAbi),
           kRebuild);
  }
  for (const char* text : {descriptor->yardstick_version, descriptor->libtorch_version,
                           descriptor->standard_library, descriptor->name, descriptor->version}) {
    if (text == nullptr) refuse(path, "its descriptor lacks a version or name", kRebuild);
  }
  if (descriptor->register_entries == nullptr)
    refuse(path, "its descriptor registers nothing", kRebuild);
  // LibTorch's nn types are stable within a minor version only.
  if (major_minor(descriptor->libtorch_version) != major_minor(TORCH_VERSION)) {
    refuse(path,
           concat("built for LibTorch ", descriptor->libtorch_version, ", this is ", TORCH_VERSION),
           concat("rebuild it against LibTorch ", TORCH_VERSION));
  }
  if (std::strcmp(descriptor->standard_library, kStandardLibrary) != 0) {
    refuse(path,
           concat("built with ", descriptor->standard_library, ", this is ", kStandardLibrary),
           kRebuild);
  }
}

}  // namespace

LoadedPlugin load_plugin(const std::string& path, Registrar& registrar) {
  std::error_code error;
  const std::string absolute = std::filesystem::absolute(path, error).string();
  if (!std::filesystem::is_regular_file(absolute, error)) {
    refuse(path, "there is no such file");
  }
  void* handle = dlopen(absolute.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    refuse(path, concat("cannot be loaded: ", dlerror()),
           "it must be a shared library built against this Yardstick and LibTorch");
  }
  const auto entry = reinterpret_cast<DescriptorEntry>(dlsym(handle, kPluginEntryPoint));
  if (entry == nullptr) {
    refuse(path, concat("it has no ", kPluginEntryPoint, ", so it is no Yardstick plug-in"),
           "define one with YARDSTICK_PLUGIN (docs/plugins.md)");
  }
  const PluginDescriptor* descriptor = entry();
  check_descriptor(descriptor, path);

  Registrar trial = registrar;
  trial.origin = path;
  try {
    descriptor->register_entries(trial);
  } catch (Error& caught) {
    throw caught.add_context(concat("plug-in ", path));
  } catch (const std::exception& caught) {
    const std::string text = caught.what();
    refuse(path, concat("failed while registering: ", text.substr(0, text.find('\n'))));
  } catch (...) {
    refuse(path, "failed while registering with something that is no std::exception");
  }
  trial.origin = registrar.origin;
  registrar = std::move(trial);
  return {path, descriptor->name, descriptor->version};
}

std::vector<std::string> find_plugins(const std::string& search_path) {
  std::vector<std::string> files;
  std::istringstream folders(search_path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (folder.empty()) continue;
    std::error_code error;
    std::vector<std::string> here;
    for (const auto& item : std::filesystem::directory_iterator(folder, error)) {
      if (item.path().extension() == ".so") here.push_back(item.path().string());
    }
    if (error) {
      throw_user(concat("plug-in folder ", folder, " cannot be read: ", error.message()),
                 "mend YARDSTICK_PLUGIN_PATH");
    }
    std::sort(here.begin(), here.end());
    files.insert(files.end(), here.begin(), here.end());
  }
  return files;
}

}  // namespace yardstick

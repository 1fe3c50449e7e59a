//! Lets the addon's Node-API symbols stay undefined until a runtime loads it, where linkers mind.

fn main() {
    napi_build::setup();
}

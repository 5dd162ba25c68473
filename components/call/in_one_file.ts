/**
 * What the bundles of the chat page share, so that it comes in one file: each of them imports all of this. By itself the bundler makes a
 * file for every set of bundles that share something, and a dozen small files compress worse than one.
 */

import "./focus.ts";
import "./Icon.tsx";
import "./Muted.tsx";
import "./Notice.tsx";
import "./Person.tsx";
import "./StreamVideo.tsx";
import "./stage/input.ts";
import "./view.ts";
import "../../shared/client/devices/device_choice_state.ts";
import "../../shared/client/retry.ts";
import "../../shared/client/snapshot.ts";
import "../../shared/protocol/video_codecs.ts";

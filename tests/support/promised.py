"""What the contract promises to scripts."""

from __future__ import annotations

COLUMNS = {
    "sources": "id external_id type identity name config created_at updated_at remote_identity",
    "source_secrets": "source_id name value",
    "collections": "id source_id external_id name kind enabled sync_enabled ingestible"
    " not_ingestible_reason missing_since last_ingested_at created_at updated_at identity size",
    "path_mappings": "id collection_id external_path local_path excluded missing_since created_at"
    " updated_at",
    "assets": "id collection_id external_id kind title series season episode episode_end artist"
    " album track year released_on duration_ms edition guids metadata fingerprint created_at"
    " updated_at missing_since extra_of disc added_at",
    "asset_files": "id asset_id path_mapping_id relative_path version part size_bytes modified_at"
    " duration_ms container video_codec audio_codec width height version_label",
    "history": "id at operation source collection status detail",
    "media": "asset_id source collection kind title series season episode artist album track year"
    " duration_ms file_id version part local_path missing_since edition released_on episode_end"
    " disc version_label extra_of size_bytes modified_at container video_codec audio_codec width"
    " height relative_path added_at",
    "films": "asset_id source collection title year edition files size_bytes missing_since",
    "episodes": "asset_id source collection series season episode episode_end title files"
    " size_bytes missing_since",
    "tracks": "asset_id source collection artist album disc track title files size_bytes"
    " missing_since",
    "gaps": "source collection series season artist album disc missing",
    "duplicates": "reason source collection title year asset_ids paths",
    "asset_search": "title series artist album edition version_label year guids external_id",
    "collection_status": "collection_id source collection kind enabled sync_enabled ingestible"
    " not_ingestible_reason mappings unresolved_mappings assets missing_assets last_ingested_at",
}

"""Many pictures at once: dropped, cut, looked through, mended and taken away."""

import streamlit as st

from studio import downloads, shell, state
from studio.batch import choosing, progress, running

shell.setup("Batch")
if "batch" in st.query_params:
    state.put("batch", st.query_params["batch"])
batch = running.find(state.get("batch", ""))
if batch is None:
    if state.get("batch"):
        st.info("This batch is no longer here: batches are kept for a day.", icon=":material/info:")
    choosing.show()
else:
    st.query_params["batch"] = batch.folder.id
    if st.button("New batch", icon=":material/add:", key="batch.new"):
        batch.halt("stopped")
        state.drop("batch")
        st.query_params.clear()
        st.rerun()
    progress.show(batch)
downloads.follow(st.container())

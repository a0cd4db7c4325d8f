# Footnoted for a class: the page on port 7860, as a user without rights, with nothing to write but the index in /data.
#
#   docker build -t footnoted .
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v "$PWD/readings:/readings:ro" -v footnoted:/data -p 127.0.0.1:7860:7860 footnoted
FROM python:3.11-slim

WORKDIR /footnoted
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY index index
COPY ingest ingest
COPY chat chat
COPY corpus corpus
RUN pip install --no-cache-dir -c constraints.txt . \
    && useradd --uid 1000 --create-home footnoted \
    && mkdir /data /readings \
    && cp corpus/* /readings/ \
    && chown footnoted /data

USER footnoted
# What libraries would write beside the program or the user's files goes to the memory's /tmp.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HF_HUB_OFFLINE=1 HF_HOME=/tmp/hf GRADIO_TEMP_DIR=/tmp/gradio
VOLUME /data
EXPOSE 7860
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request as request; request.urlopen('http://127.0.0.1:7860/health', timeout=5)"]
ENTRYPOINT ["python", "-m", "chat", "--host", "0.0.0.0", "--corpus", "/readings", "--index", "/data/index"]

"""A frozen encoder, run by ONNX Runtime, whose features our component learns with."""

using System.Buffers;
using System.Text;
using Microsoft.Extensions.Caching.Hybrid;

namespace RedisTagCache.Caching.Serialization;

/// <summary>Strings as UTF-8; one that is not valid Unicode would not come back as it was, and is refused.</summary>
internal sealed class StringSerializer : IHybridCacheSerializer<string>
{
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public string Deserialize(ReadOnlySequence<byte> source) => _strict.GetString(source);

    public void Serialize(string value, IBufferWriter<byte> target) => _strict.GetBytes(value, target);
}

using System.Buffers;
using System.Globalization;
using System.Text;

namespace RedisTagCache.Testing.Protocol;

/// <summary>Writes replies in version 2 or 3 of the protocol.</summary>
internal static class ReplyWriter
{
    public static byte[] Encode(RespReply reply, bool isResp3)
    {
        var buffer = new ArrayBufferWriter<byte>(64);
        Write(buffer, reply, isResp3);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(ArrayBufferWriter<byte> buffer, RespReply reply, bool isResp3)
    {
        switch (reply.Kind)
        {
            case ReplyKind.Status:
                Line(buffer, '+', reply.Bytes);
                break;
            case ReplyKind.Error:
                Line(buffer, '-', reply.Bytes);
                break;
            case ReplyKind.Integer:
                Line(buffer, ':', reply.Number);
                break;
            case ReplyKind.Double when isResp3:
                Line(buffer, ',', Encoding.ASCII.GetBytes(RespReply.Text(reply.Score)));
                break;
            case ReplyKind.Double:
                Bulk(buffer, Encoding.ASCII.GetBytes(RespReply.Text(reply.Score)));
                break;
            case ReplyKind.Bulk:
                Bulk(buffer, reply.Bytes);
                break;
            case ReplyKind.Null:
                buffer.Write(isResp3 ? "_\r\n"u8 : "$-1\r\n"u8);
                break;
            case ReplyKind.Map when isResp3:
                Items(buffer, '%', reply.Items.Count / 2, reply.Items, isResp3);
                break;
            case ReplyKind.Push when isResp3:
                Items(buffer, '>', reply.Items.Count, reply.Items, isResp3);
                break;
            default:
                Items(buffer, '*', reply.Items.Count, reply.Items, isResp3);
                break;
        }
    }

    private static void Items(ArrayBufferWriter<byte> buffer, char type, int count, IReadOnlyList<RespReply> items, bool isResp3)
    {
        Line(buffer, type, count);
        foreach (var item in items)
            Write(buffer, item, isResp3);
    }

    private static void Bulk(ArrayBufferWriter<byte> buffer, byte[] bytes)
    {
        Line(buffer, '$', bytes.Length);
        buffer.Write(bytes);
        buffer.Write("\r\n"u8);
    }

    private static void Line(ArrayBufferWriter<byte> buffer, char type, long number) => Line(buffer, type, Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture)));

    private static void Line(ArrayBufferWriter<byte> buffer, char type, byte[] text)
    {
        buffer.Write([(byte)type]);
        buffer.Write(text);
        buffer.Write("\r\n"u8);
    }
}

#pragma once

#include "ui/context.h"

#include <QByteArray>
#include <QDialog>

#include <cstdint>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace ui
{

enum class KeyKind : std::uint8_t { Hmac, Ed25519 };

/// Asks for a venue's API key. Keeps nothing: the bytes leave by keysEntered() and the fields are wiped.
class KeysDialog final : public QDialog
{
    Q_OBJECT
public:
    explicit KeysDialog(VenueKind venue, QWidget *parent = nullptr);
    /// One sentence below the fields, e.g. why the key was refused or where it is kept.
    void setMessage(const QString &text);

signals:
    /// secret: HMAC secret, or the PEM of an Ed25519 private key. The receiver stores it and wipes the bytes.
    void keysEntered(
        ui::VenueKind venue, ui::KeyKind kind, const QByteArray &apiKey, const QByteArray &secret);
    /// The user wants the stored key of this venue removed.
    void keysRemovalRequested(ui::VenueKind venue);

protected:
    void done(int result) override;

private:
    void submit();
    void wipe();
    void refresh();

    QComboBox *m_venue;
    QComboBox *m_kind;
    QLineEdit *m_key;
    QLineEdit *m_secret;
    QLabel *m_hint;
    QLabel *m_message;
    QPushButton *m_save;
};

} // namespace ui
